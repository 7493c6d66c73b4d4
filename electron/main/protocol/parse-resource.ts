/** Reads the addresses of `#shared/resource-url` strictly: what does not fit exactly is `bad-request`. */
import { z } from 'zod';
import { RailscopeError } from '#shared/errors/railscope-error';

export type ResourceRequest =
  | { kind: 'image' | 'probability'; input: { imageId: number; level: number; tileX: number; tileY: number } }
  | { kind: 'thumbnail'; input: { imageId: number } }
  | { kind: 'crop'; input: CropInput }
  | { kind: 'overlay'; input: OverlayInput };

type CropInput = z.infer<typeof cropSchema>;
type OverlayInput = z.infer<typeof overlaySchema>;

/** Decimal digits only: no sign, no exponent, no spaces, no leading zero. */
const integer = (minimum: number, maximum: number): z.ZodType<number, string> =>
  z
    .string()
    .regex(/^(0|[1-9]\d{0,9})$/)
    .transform(Number)
    .refine((value) => value >= minimum && value <= maximum);

const imageId = integer(1, 2_147_483_647);
const coordinate = integer(0, 1_000_000);
const side = integer(1, 1_000_000);
const maxSidePx = integer(1, 4096);

const tileSchema = z.object({ imageId, level: integer(0, 20), tileX: integer(0, 65_535), tileY: integer(0, 65_535) });
const thumbnailSchema = z.object({ imageId });
const cropSchema = z.strictObject({
  imageId,
  x: coordinate,
  y: coordinate,
  width: side,
  height: side,
  maxSidePx,
  stretch: z.enum(['auto', 'none']),
});
const overlaySchema = z.strictObject({
  imageId,
  label: integer(0, 65_535),
  x: coordinate,
  y: coordinate,
  width: side,
  height: side,
  maxSidePx,
  layer: z.enum(['review', 'model']),
});

/** Names in the query → names in the ports. */
const queryNames: Record<string, string> = {
  x: 'x',
  y: 'y',
  w: 'width',
  h: 'height',
  max: 'maxSidePx',
  stretch: 'stretch',
  layer: 'layer',
};

/**
 * @returns null where the address is not one of a resource (then it is a file of the window)
 * @throws bad-request for a resource address with wrong parts
 */
export function parseResourceUrl(url: URL): ResourceRequest | null {
  const [kind = '', ...parts] = url.pathname.slice(1).split('/');
  switch (kind) {
    case 'image':
    case 'probability':
      return { kind, input: parse(tileSchema, named(parts, ['imageId', 'level', 'tileX', 'tileY'], url), url) };
    case 'thumbnail':
      return { kind, input: parse(thumbnailSchema, named(parts, ['imageId'], url), url) };
    case 'crop':
      return { kind, input: parse(cropSchema, { ...named(parts, ['imageId'], url), ...query(url) }, url) };
    case 'overlay':
      return { kind, input: parse(overlaySchema, { ...named(parts, ['imageId', 'label'], url), ...query(url) }, url) };
    default:
      return null;
  }
}

function named(parts: readonly string[], names: readonly string[], url: URL): Record<string, string> {
  if (parts.length !== names.length) throw wrong(url);
  return Object.fromEntries(names.map((name, index) => [name, parts[index] ?? '']));
}

function query(url: URL): Record<string, string> {
  return Object.fromEntries(
    [...url.searchParams].map(([name, value]) => [Object.hasOwn(queryNames, name) ? (queryNames[name] ?? name) : name, value]),
  );
}

function parse<S extends z.ZodType>(schema: S, value: unknown, url: URL): z.infer<S> {
  const parsed = schema.safeParse(value);
  if (!parsed.success) throw wrong(url);
  return parsed.data;
}

function wrong(url: URL): RailscopeError {
  return new RailscopeError('bad-request', `not an address of a resource: ${url.pathname}`, { url: url.href.slice(0, 200) });
}
