// gRPC's own client for JavaScript against a server: node grpc.mjs PORT. It has no .proto file and
// learns what there is by reflection. It prints one line a check and ends with 1 at the first that
// doesn't hold. tests/dev/test_grpc_npm.py runs it.

import assert from 'node:assert/strict';

import grpc from '@grpc/grpc-js';
import { GrpcReflection } from 'grpc-js-reflection-client';

const address = `127.0.0.1:${process.argv[2]}`;
const credentials = grpc.credentials.createInsecure();
const reflection = new GrpcReflection(address, credentials);
const bytes = (text) => Buffer.from(text);

async function check(name, body) {
  await body();
  console.log(`ok ${name}`);
}

async function clientOf(service) {
  const descriptor = await reflection.getDescriptorBySymbol(service);
  const found = descriptor.getPackageObject({ longs: Number, enums: String });
  const Client = service.split('.').reduce((at, part) => at[part], found);
  return new Client(address, credentials);
}

const call = (client, method, request, deadline = 10_000) =>
  new Promise((resolve, reject) => {
    client[method](request, { deadline: Date.now() + deadline }, (error, reply) =>
      error ? reject(error) : resolve(reply));
  });

const all = (stream) =>
  new Promise((resolve, reject) => {
    const messages = [];
    stream.on('data', (message) => messages.push(message));
    stream.on('end', () => resolve(messages));
    stream.on('error', reject);
  });

await check('reflection: services and methods', async () => {
  const services = await reflection.listServices();
  assert.ok(services.includes('strata.v1.KV') && services.includes('grpc.health.v1.Health'));
  const methods = (await reflection.listMethods('strata.v1.KV')).map((method) => method.name);
  assert.deepEqual(methods, ['Get', 'MultiGet', 'Scan', 'Put', 'Delete', 'Write']);
});

const kv = await clientOf('strata.v1.KV');
await check('KV: a value of all bytes', async () => {
  const value = Buffer.from(Array.from({ length: 1024 }, (_, i) => i % 256));
  const { sequence } = await call(kv, 'put', { key: bytes('binary'), value });
  const { entry } = await call(kv, 'get', { key: bytes('binary'), from: { min_sequence: sequence } });
  const behind = call(kv, 'get', { key: bytes('binary'), from: { min_sequence: sequence + 1000 } });
  assert.equal((await behind.catch((it) => it)).code, grpc.status.FAILED_PRECONDITION);
  assert.deepEqual(entry.value, value);
  assert.equal(entry.version, sequence);
  assert.ok(!(await call(kv, 'get', { key: bytes('nothing') })).entry);
});
await check('KV: three megabytes', async () => {
  const value = Buffer.alloc(3 << 20, 'x');
  await call(kv, 'put', { key: bytes('large'), value });
  assert.deepEqual((await call(kv, 'get', { key: bytes('large') })).entry.value, value);
});
await check('KV: a condition that does not hold', async () => {
  const { failed } = await call(kv, 'write', {
    conditions: [{ key: bytes('binary'), kind: 'ABSENT' }],
    changes: [{ key: bytes('other'), value: bytes('1') }],
  });
  assert.equal(failed.key.toString(), 'binary');
  assert.ok(!(await call(kv, 'get', { key: bytes('other') })).entry);
});
await check('KV: a thousand calls at once, and a scan of what they wrote', async () => {
  const puts = Array.from({ length: 1000 }, (_, i) =>
    call(kv, 'put', { key: bytes(`scan/${String(i).padStart(4, '0')}`), value: Buffer.alloc(1000) }));
  await Promise.all(puts);
  const pages = await all(kv.scan({ prefix: bytes('scan/') }));
  const keys = pages.flatMap((page) => page.entries.map((entry) => entry.key.toString()));
  assert.equal(keys.length, 1000);
  assert.deepEqual(keys, keys.toSorted());
});
await check('errors have a code, a message and details', async () => {
  const error = await call(kv, 'get', { key: bytes('k'), from: { table: 'nobody' } }).catch((it) => it);
  assert.equal(error.code, grpc.status.NOT_FOUND);
  assert.match(error.details, /nobody/);
  const [details] = error.metadata.get('grpc-status-details-bin');
  assert.ok(details.includes('type.googleapis.com/google.rpc.ErrorInfo'));
  assert.ok(details.includes('NOT_FOUND'));
});

await check('Transactions: two on one key, and one of them loses', async () => {
  const transactions = await clientOf('strata.v1.Transactions');
  const begun = await Promise.all([0, 1].map(() => call(transactions, 'begin', {})));
  for (const { transaction } of begun) {
    await call(transactions, 'get', { transaction, key: bytes('account') });
    await call(transactions, 'write', {
      transaction, changes: [{ key: bytes('account'), value: bytes(String(transaction)) }] });
  }
  const ends = await Promise.allSettled(
    begun.map(({ transaction }) => call(transactions, 'commit', { transaction })));
  assert.deepEqual(ends.map((end) => end.status).toSorted(), ['fulfilled', 'rejected']);
  assert.equal(ends.find((end) => end.status === 'rejected').reason.code, grpc.status.ABORTED);
});

await check('Watch: changes as they happen', async () => {
  const watch = (await clientOf('strata.v1.Watch')).watch({ prefix: bytes('watched/') });
  const seen = [];
  const began = new Promise((resolve) => { watch.once('data', resolve); });
  const done = new Promise((resolve) => {
    watch.on('data', ({ events = [] }) => {
      seen.push(...events.map(({ change }) => change.key.toString()));
      if (seen.length === 20) resolve();
    });
  });
  watch.on('error', () => {});
  await began;
  for (let i = 0; i < 20; ++i) await call(kv, 'put', { key: bytes(`watched/${i}`), value: bytes('v') });
  await done;
  watch.cancel();
  assert.deepEqual(seen, Array.from({ length: 20 }, (_, i) => `watched/${i}`));
});

await check('Health: serving', async () => {
  const health = await clientOf('grpc.health.v1.Health');
  assert.equal((await call(health, 'check', {})).status, 'SERVING');
});

console.log('done');
process.exit(0);
