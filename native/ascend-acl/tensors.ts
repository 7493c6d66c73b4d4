/** Data types of the model as typed arrays, and every check of an input before ACL is called. */
import { AscendError } from './ascend-error';
import type { NativeDescription, NativeGear, NativeTensor } from './binding';

export type TensorData =
  | Float32Array
  | Float64Array
  | Int8Array
  | Uint8Array
  | Int16Array
  | Uint16Array
  | Int32Array
  | Uint32Array
  | BigInt64Array
  | BigUint64Array;

/** A tensor with its shape; `dims` multiply to `data.length`. */
export interface Tensor {
  readonly dims: readonly number[];
  readonly data: TensorData;
}

export type DataTypeName =
  'float32' | 'float16' | 'bfloat16' | 'float64' | 'int8' | 'uint8' | 'bool' | 'int16' | 'uint16' | 'int32' | 'uint32' | 'int64' | 'uint64';

type ArrayConstructor = new (buffer: ArrayBuffer) => TensorData;

interface DataType {
  readonly name: DataTypeName;
  readonly array: ArrayConstructor;
  readonly elementBytes: number;
  /** 16-bit floats may also be given and taken as float32 */
  readonly isNarrowFloat: boolean;
}

const type = (name: DataTypeName, array: ArrayConstructor, elementBytes: number, isNarrowFloat = false): DataType => ({
  name,
  array,
  elementBytes,
  isNarrowFloat,
});

/** aclDataType → how JavaScript holds it */
const dataTypes: ReadonlyMap<number, DataType> = new Map([
  [0, type('float32', Float32Array, 4)],
  [1, type('float16', Uint16Array, 2, true)],
  [2, type('int8', Int8Array, 1)],
  [3, type('int32', Int32Array, 4)],
  [4, type('uint8', Uint8Array, 1)],
  [6, type('int16', Int16Array, 2)],
  [7, type('uint16', Uint16Array, 2)],
  [8, type('uint32', Uint32Array, 4)],
  [9, type('int64', BigInt64Array, 8)],
  [10, type('uint64', BigUint64Array, 8)],
  [11, type('float64', Float64Array, 8)],
  [12, type('bool', Uint8Array, 1)],
  [27, type('bfloat16', Uint16Array, 2, true)],
]);

/** @throws AscendError bad-model for a type that JavaScript cannot hold */
export function dataTypeOf(tensor: NativeTensor): DataType {
  const found = dataTypes.get(tensor.dataType);
  if (found) return found;
  throw new AscendError('bad-model', {
    en: `tensor ${tensor.name} has data type ${tensor.dataType}, which is not supported`,
    zh: `张量 ${tensor.name} 的数据类型 ${tensor.dataType} 不受支持`,
  });
}

/** An input as its caller gives it: bare data, or data with the shape that chooses the gear. */
export type InputValue = TensorData | { readonly data: TensorData; readonly dims?: readonly number[] };
export type Inputs = Readonly<Record<string, InputValue>>;

/** A gear by what it means, for models with gears. */
export type GearChoice =
  { readonly batch: number } | { readonly heightPx: number; readonly widthPx: number } | { readonly dims: readonly (readonly number[])[] };

export interface CheckedInputs {
  /** in the model's order */
  readonly arrays: readonly TensorData[];
  readonly gear: number;
}

export const elementsOf = (dims: readonly number[]): number => dims.reduce((product, dim) => product * dim, 1);

/**
 * Everything that can be wrong with inputs, found without calling ACL.
 * @throws AscendError bad-input naming the tensor, what it is and what it should be
 */
export function checkInputs(model: NativeDescription, inputs: Inputs, wanted?: GearChoice): CheckedInputs {
  const unknown = Object.keys(inputs).find((name) => !model.inputs.some((input) => input.name === name));
  if (unknown !== undefined) {
    throw badInput(
      `the model has no input "${unknown}", but ${namesOf(model.inputs)}`,
      `模型没有输入 "${unknown}"，只有 ${namesOf(model.inputs)}`,
    );
  }
  const values = model.inputs.map((tensor) => {
    const value = inputs[tensor.name];
    if (value === undefined) throw badInput(`input "${tensor.name}" is missing`, `缺少输入 "${tensor.name}"`);
    const { data, dims } = ArrayBuffer.isView(value) ? { data: value, dims: undefined } : value;
    checkArray(tensor, data);
    if (dims && elementsOf(dims) !== data.length) {
      throw badInput(
        `input "${tensor.name}": shape [${dims.join(', ')}] does not fit ${data.length} elements`,
        `输入 "${tensor.name}"：形状 [${dims.join(', ')}] 与 ${data.length} 个元素不符`,
      );
    }
    return { data, dims };
  });
  return { arrays: values.map(({ data }) => data), gear: chooseGear(model, values, wanted) };
}

/** @throws AscendError bad-input when the array may not be read any more; checked again just before it is copied */
export function checkArray(tensor: NativeTensor, data: TensorData): void {
  const { name, array, isNarrowFloat } = dataTypeOf(tensor);
  if (!(data instanceof array) && !(isNarrowFloat && data instanceof Float32Array)) {
    const given = Object.prototype.toString.call(data).slice(8, -1);
    const wanted = isNarrowFloat ? `${array.name} (bits) or Float32Array` : array.name;
    throw badInput(
      `input "${tensor.name}" is ${name} and needs ${wanted}, not ${given}`,
      `输入 "${tensor.name}" 为 ${name}，需要 ${wanted}，而不是 ${given}`,
    );
  }
  const { buffer } = data;
  if (!(buffer instanceof ArrayBuffer)) {
    throw badInput(`input "${tensor.name}" lies in shared memory`, `输入 "${tensor.name}" 位于共享内存中`);
  }
  if ('resizable' in buffer && buffer.resizable === true) {
    throw badInput(`input "${tensor.name}" lies in a resizable ArrayBuffer`, `输入 "${tensor.name}" 位于可变长 ArrayBuffer 中`);
  }
  if (data.length === 0) {
    throw badInput(
      `input "${tensor.name}" is empty or its ArrayBuffer was detached`,
      `输入 "${tensor.name}" 为空，或其 ArrayBuffer 已被转移`,
    );
  }
}

interface GivenInput {
  readonly data: TensorData;
  readonly dims: readonly number[] | undefined;
}

function chooseGear(model: NativeDescription, given: readonly GivenInput[], wanted: GearChoice | undefined): number {
  const fits = (gear: NativeGear): boolean =>
    given.every(({ data, dims }, input) => {
      const expected = gear.inputDims[input] ?? [];
      return elementsOf(expected) === data.length && (!dims || sameDims(dims, expected));
    });
  const candidates = model.gears.flatMap((gear, index) => ((!wanted || isWanted(gear, model, wanted)) && fits(gear) ? [index] : []));
  const [first] = candidates;
  if (first !== undefined && candidates.length === 1) return first;
  if (first !== undefined) {
    throw badInput('several gears have this length; give the shape or the gear', '多个档位与该长度相符，请指明形状或档位');
  }
  if (wanted && !model.gears.some((gear) => isWanted(gear, model, wanted))) {
    throw badInput(
      `the model has no gear ${JSON.stringify(wanted)}; it has ${gearList(model)}`,
      `模型没有档位 ${JSON.stringify(wanted)}，可用档位：${gearList(model)}`,
    );
  }
  const lengths = given.map(
    ({ data, dims }, input) => `"${model.inputs[input]?.name ?? ''}" has ${dims ? `[${dims.join(', ')}]` : data.length}`,
  );
  const expected = model.gears
    .map((gear) => gear.inputDims.map((dims) => `[${dims.join(', ')}] (${elementsOf(dims)})`).join(', '))
    .join(' or ');
  throw badInput(`input ${lengths.join(', ')}; the model takes ${expected}`, `输入 ${lengths.join('，')}；模型要求 ${expected}`);
}

function isWanted(gear: NativeGear, model: NativeDescription, wanted: GearChoice): boolean {
  if ('batch' in wanted) return model.gearKind === 'batch' && gear.values[0] === wanted.batch;
  if ('heightPx' in wanted) return model.gearKind === 'image-size' && sameDims(gear.values, [wanted.heightPx, wanted.widthPx]);
  return gear.inputDims.length === wanted.dims.length && gear.inputDims.every((dims, index) => sameDims(dims, wanted.dims[index] ?? []));
}

function gearList(model: NativeDescription): string {
  return model.gearKind === 'none' ? 'none' : model.gears.map(({ values }) => values.join('×')).join(', ');
}

function sameDims(one: readonly number[], other: readonly number[]): boolean {
  return one.length === other.length && one.every((dim, index) => dim === other[index]);
}

function namesOf(tensors: readonly NativeTensor[]): string {
  return tensors.map(({ name }) => `"${name}"`).join(', ');
}

function badInput(en: string, zh: string): AscendError {
  return new AscendError('bad-input', { en, zh });
}

/** The outputs of a run as typed arrays with their shapes. @param narrowAsFloat whether 16-bit floats came converted */
export function toOutputs(
  model: NativeDescription,
  gear: number,
  buffers: readonly ArrayBuffer[],
  narrowAsFloat: boolean,
): Record<string, Tensor> {
  const entries = model.outputs.map((tensor, index): [string, Tensor] => {
    const { array, isNarrowFloat } = dataTypeOf(tensor);
    const buffer = buffers[index] ?? new ArrayBuffer(0);
    const data = isNarrowFloat && narrowAsFloat ? new Float32Array(buffer) : new array(buffer);
    return [tensor.name, { data, dims: model.gears[gear]?.outputDims[index] ?? [] }];
  });
  return Object.fromEntries(entries);
}
