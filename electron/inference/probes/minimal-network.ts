/** A network of one convolution, made in memory: small, and it needs the same libraries as a real one. */
import protobuf from 'protobufjs';

/** The parts of the ONNX format that it needs, with the field numbers of the published format. */
const schema = protobuf.parse(`
syntax = "proto3";
message Dimension { int64 dim_value = 1; }
message Shape { repeated Dimension dim = 1; }
message TensorType { int32 elem_type = 1; Shape shape = 2; }
message Type { TensorType tensor_type = 1; }
message Value { string name = 1; Type type = 2; }
message Node { repeated string input = 1; repeated string output = 2; string op_type = 4; }
message Graph { repeated Node node = 1; string name = 2; repeated Value input = 11; repeated Value output = 12; }
message Opset { string domain = 1; int64 version = 2; }
message Model { int64 ir_version = 1; Graph graph = 7; repeated Opset opset_import = 8; }
`).root;

const FLOAT = 1;

export const minimalInputs = { picture: [1, 1, 4, 4], kernel: [1, 1, 3, 3] } as const;
export const minimalOutput = { name: 'sums', dims: [1, 1, 2, 2] } as const;

/** @returns an ONNX file: `sums` = `picture` convolved with `kernel`; with ones everywhere each sum is 9 */
export function minimalNetwork(): Uint8Array {
  const value = (name: string, dims: readonly number[]): object => ({
    name,
    type: { tensorType: { elemType: FLOAT, shape: { dim: dims.map((size) => ({ dimValue: size })) } } },
  });
  const model = schema.lookupType('Model');
  const graph = {
    name: 'probe',
    node: [{ input: ['picture', 'kernel'], output: [minimalOutput.name], opType: 'Conv' }],
    input: [value('picture', minimalInputs.picture), value('kernel', minimalInputs.kernel)],
    output: [value(minimalOutput.name, minimalOutput.dims)],
  };
  return model.encode(model.fromObject({ irVersion: 8, graph, opsetImport: [{ domain: '', version: 13 }] })).finish();
}
