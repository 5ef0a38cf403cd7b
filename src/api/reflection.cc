// gRPC's standard reflection: what this server offers, from the messages that it was built with.

#include <google/protobuf/descriptor.h>
#include <google/protobuf/descriptor.pb.h>
#include <set>

#include "api/methods.h"
#include "grpc/code.h"
#include "grpc/reflection/v1/reflection.pb.h"

namespace strata::api {
namespace {

namespace reflection = ::grpc::reflection::v1;
namespace protobuf = ::google::protobuf;

// A file, and all that it imports.
void AddFile(const protobuf::FileDescriptor& file, std::set<std::string>* told,
             reflection::FileDescriptorResponse* reply) {
  if (!told->insert(file.name()).second) return;
  protobuf::FileDescriptorProto description;
  file.CopyTo(&description);
  reply->add_file_descriptor_proto(description.SerializeAsString());
  for (int i = 0; i < file.dependency_count(); ++i) AddFile(*file.dependency(i), told, reply);
}

void Answer(const protobuf::FileDescriptor* file, const std::string& what,
            reflection::ServerReflectionResponse* reply) {
  if (file == nullptr) {
    reply->mutable_error_response()->set_error_code(static_cast<int>(grpc::Code::kNotFound));
    reply->mutable_error_response()->set_error_message("there is no " + what);
    return;
  }
  std::set<std::string> told;
  AddFile(*file, &told, reply->mutable_file_descriptor_response());
}

Status Reflect(const std::vector<std::string>& services,
               const reflection::ServerReflectionRequest& request,
               reflection::ServerReflectionResponse* reply) {
  const auto& pool = *protobuf::DescriptorPool::generated_pool();
  reply->set_valid_host(request.host());
  *reply->mutable_original_request() = request;
  using Asked = reflection::ServerReflectionRequest;
  switch (request.message_request_case()) {
    case Asked::kListServices:
      for (const std::string& name : services) {
        reply->mutable_list_services_response()->add_service()->set_name(name);
      }
      return {};
    case Asked::kFileByFilename:
      Answer(pool.FindFileByName(request.file_by_filename()), request.file_by_filename(), reply);
      return {};
    case Asked::kFileContainingSymbol:
      Answer(pool.FindFileContainingSymbol(request.file_containing_symbol()),
             request.file_containing_symbol(), reply);
      return {};
    default:  // There are no extensions.
      reply->mutable_error_response()->set_error_code(static_cast<int>(grpc::Code::kNotFound));
      reply->mutable_error_response()->set_error_message("this server has no extensions");
      return {};
  }
}

}  // namespace

void AddReflectionMethods(grpc::MethodTable* methods) {
  std::set<std::string> services{"grpc.reflection.v1.ServerReflection"};
  for (const auto& [path, method] : *methods) {
    services.insert(path.substr(1, path.rfind('/') - 1));
  }
  const std::vector<std::string> names(services.begin(), services.end());
  const auto function =
      Typed<reflection::ServerReflectionRequest, reflection::ServerReflectionResponse>(
          [names](grpc::Call& /*call*/, const auto& request, auto* reply) {
            return Reflect(names, request, reply);
          });
  // Older clients know it by its first name; the messages are the same.
  for (const std::string version : {"v1", "v1alpha"}) {
    (*methods)["/grpc.reflection." + version + ".ServerReflection/ServerReflectionInfo"] = {
        .access = grpc::Access::Anybody(), .function = function, .each = true};
  }
}

}  // namespace strata::api
