/** The messages of `inference.GRPCInferenceService` that RailScope uses, with the field numbers of the published interface. */
import protobuf from 'protobufjs';

const schema = `
syntax = "proto3";
package inference;

message ServerLiveRequest {}
message ServerLiveResponse { bool live = 1; }
message ServerReadyRequest {}
message ServerReadyResponse { bool ready = 1; }

message ServerMetadataRequest {}
message ServerMetadataResponse {
  string name = 1;
  string version = 2;
  repeated string extensions = 3;
}

message ModelMetadataRequest {
  string name = 1;
  string version = 2;
}
message TensorMetadata {
  string name = 1;
  string datatype = 2;
  repeated int64 shape = 3;
}
message ModelMetadataResponse {
  string name = 1;
  repeated string versions = 2;
  string platform = 3;
  repeated TensorMetadata inputs = 4;
  repeated TensorMetadata outputs = 5;
  map<string, string> properties = 6;
}

message InferTensorContents {
  repeated float fp32_contents = 6;
}
message InferInputTensor {
  string name = 1;
  string datatype = 2;
  repeated int64 shape = 3;
}
message InferRequestedOutputTensor {
  string name = 1;
}
message ModelInferRequest {
  string model_name = 1;
  string model_version = 2;
  string id = 3;
  repeated InferInputTensor inputs = 5;
  repeated InferRequestedOutputTensor outputs = 6;
  repeated bytes raw_input_contents = 7;
}
message InferOutputTensor {
  string name = 1;
  string datatype = 2;
  repeated int64 shape = 3;
  InferTensorContents contents = 5;
}
message ModelInferResponse {
  string model_name = 1;
  string model_version = 2;
  string id = 3;
  repeated InferOutputTensor outputs = 5;
  repeated bytes raw_output_contents = 6;
}
`;

const messages = protobuf.parse(schema, { keepCase: true }).root;
const plainObjects = { longs: Number, defaults: true, arrays: true } as const;

export type GrpcMethod = 'ServerLive' | 'ServerReady' | 'ServerMetadata' | 'ModelMetadata' | 'ModelInfer';

/** Path and (de)serialisers of one method, as grpc-js takes them. */
export interface GrpcCodec {
  readonly path: string;
  readonly serialize: (request: object) => Buffer;
  readonly deserialize: (bytes: Buffer) => unknown;
}

export function grpcCodec(method: GrpcMethod): GrpcCodec {
  const request = messages.lookupType(`inference.${method}Request`);
  const response = messages.lookupType(`inference.${method}Response`);
  return {
    path: `/inference.GRPCInferenceService/${method}`,
    serialize: (message) => Buffer.from(request.encode(request.fromObject(message)).finish()),
    deserialize: (bytes) => response.toObject(response.decode(bytes), plainObjects),
  };
}

/** The other direction, for a server in tests. */
export function grpcServerCodec(method: GrpcMethod): {
  path: string;
  parse: (bytes: Buffer) => unknown;
  write: (answer: object) => Buffer;
} {
  const request = messages.lookupType(`inference.${method}Request`);
  const response = messages.lookupType(`inference.${method}Response`);
  return {
    path: `/inference.GRPCInferenceService/${method}`,
    parse: (bytes) => request.toObject(request.decode(bytes), plainObjects),
    write: (answer) => Buffer.from(response.encode(response.fromObject(answer)).finish()),
  };
}
