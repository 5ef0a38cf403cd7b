// Two Redis clients of npm against a server: node redis.mjs PORT. It prints one line a check and
// ends with 1 at the first that doesn't hold. tests/dev/test_redis_npm.py runs it.

import assert from 'node:assert/strict';

import Redis from 'ioredis';
import { createClient, RESP_TYPES } from 'redis';

const port = Number(process.argv[2]);
const BINARY = Buffer.from(Array.from({ length: 1024 }, (_, i) => i % 256));

async function check(name, body) {
  await body();
  console.log(`ok ${name}`);
}

async function ioredis() {
  const client = new Redis({ port, lazyConnect: true, retryStrategy: null });
  await client.connect();
  const other = client.duplicate();
  await other.connect();

  await check('ioredis: ping and text', async () => {
    assert.equal(await client.ping(), 'PONG');
    assert.equal(await client.set('io:text', 'wörd'), 'OK');
    assert.equal(await client.get('io:text'), 'wörd');
    assert.equal(await client.get('io:nothing'), null);
  });
  await check('ioredis: a value of all bytes', async () => {
    await client.set('io:binary', BINARY);
    assert.deepEqual(await client.getBuffer('io:binary'), BINARY);
    assert.equal(await client.strlen('io:binary'), BINARY.length);
  });
  await check('ioredis: a pipeline', async () => {
    const pipeline = client.pipeline();
    for (let i = 0; i < 500; ++i) pipeline.set(`io:p:${i}`, i).incr('io:count');
    const replies = await pipeline.exec();
    assert.equal(replies.length, 1000);
    assert.ok(replies.every(([error]) => error === null));
    assert.equal(replies.at(-1)[1], 500);
  });
  await check('ioredis: MULTI and EXEC', async () => {
    const replies = await client.multi().set('io:m', 'a').append('io:m', 'b').get('io:m').exec();
    assert.deepEqual(replies, [[null, 'OK'], [null, 2], [null, 'ab']]);
  });
  await check('ioredis: a watched key that changes ends the transaction', async () => {
    await client.watch('io:m');
    await other.set('io:m', 'another');
    assert.equal(await client.multi().set('io:m', 'mine').exec(), null);
    assert.equal(await client.get('io:m'), 'another');
  });
  await check('ioredis: scanStream finds every key once at least', async () => {
    const found = new Set();
    for await (const keys of client.scanStream({ match: 'io:p:*', count: 50 })) {
      for (const key of keys) found.add(key);
    }
    assert.equal(found.size, 500);
  });
  await check('ioredis: expiry', async () => {
    await client.set('io:soon', 'x', 'PX', 40);
    assert.equal(await client.expire('io:text', 100), 1);
    const left = await client.ttl('io:text');
    assert.ok(left > 90 && left <= 100, `${left}`);
    await new Promise((resolve) => setTimeout(resolve, 80));
    assert.equal(await client.exists('io:soon'), 0);
    assert.equal(await client.ttl('io:soon'), -2);
  });
  await check('ioredis: errors are errors, and the connection lives', async () => {
    await assert.rejects(client.incr('io:text'), /^ReplyError: ERR value is not an integer/);
    await assert.rejects(client.call('NOSUCH', 'a'), /ERR unknown command/);
    await assert.rejects(client.call('GET'), /ERR wrong number of arguments/);
    assert.equal(await client.ping('still'), 'still');
  });
  other.disconnect();
  assert.equal(await client.quit(), 'OK');
}

async function nodeRedis(RESP) {
  const name = `redis, RESP${RESP}`;
  const client = await createClient({ socket: { port, reconnectStrategy: false }, RESP }).connect();
  await client.flushDb();

  await check(`${name}: text and numbers`, async () => {
    assert.equal(await client.ping(), 'PONG');
    assert.equal(await client.set('a', '1'), 'OK');
    assert.equal(await client.incrBy('a', 41), 42);
    assert.equal(await client.get('nothing'), null);
    assert.deepEqual(await client.mGet(['a', 'nothing']), ['42', null]);
  });
  await check(`${name}: a value of all bytes`, async () => {
    await client.set('binary', BINARY);
    const bytes = client.withTypeMapping({ [RESP_TYPES.BLOB_STRING]: Buffer });
    assert.deepEqual(await bytes.get('binary'), BINARY);
  });
  await check(`${name}: requests at once`, async () => {
    const writes = Array.from({ length: 500 }, (_, i) => client.set(`p:${i}`, `${i}`));
    assert.ok((await Promise.all(writes)).every((reply) => reply === 'OK'));
    assert.equal(await client.dbSize(), 502);
  });
  await check(`${name}: MULTI and EXEC`, async () => {
    const replies = await client.multi().set('m', 'a').append('m', 'b').get('m').exec();
    assert.deepEqual(replies, ['OK', 2, 'ab']);
  });
  await check(`${name}: a watched key that changes ends the transaction`, async () => {
    const watcher = await client.duplicate().connect();
    await watcher.watch('m');
    await client.set('m', 'another');
    await assert.rejects(watcher.multi().set('m', 'mine').exec(), /watched keys/i);
    assert.equal(await client.get('m'), 'another');
    await watcher.close();
  });
  await check(`${name}: scanIterator finds every key once at least`, async () => {
    const found = new Set();
    for await (const keys of client.scanIterator({ MATCH: 'p:*', COUNT: 50 })) {
      for (const key of keys) found.add(key);
    }
    assert.equal(found.size, 500);
  });
  await check(`${name}: expiry`, async () => {
    await client.set('soon', 'x', { expiration: { type: 'PX', value: 40 } });
    assert.equal(await client.expire('a', 100), 1);
    const left = await client.ttl('a');
    assert.ok(left > 90 && left <= 100, `${left}`);
    await new Promise((resolve) => setTimeout(resolve, 80));
    assert.equal(await client.exists('soon'), 0);
  });
  await check(`${name}: errors are errors, and the connection lives`, async () => {
    await assert.rejects(client.incr('m'), /ERR value is not an integer/);
    await assert.rejects(client.sendCommand(['NOSUCH', 'a']), /ERR unknown command/);
    assert.equal(await client.echo('still'), 'still');
  });
  await check(`${name}: HELLO says who serves, as this protocol writes it`, async () => {
    const said = await client.hello();
    assert.equal(said.server, 'redis');
    assert.equal(Number(said.proto), RESP);
  });
  await client.close();
}

await ioredis();
await nodeRedis(2);
await nodeRedis(3);
console.log('done');
