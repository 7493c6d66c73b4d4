/** One horizontal run of pixels: row `y`, columns `x0` (included) to `x1` (excluded). */
export type EmitSpan = (y: number, x0: number, x1: number) => void;

/** A shape as the spans that fill it; spans of one shape may overlap. */
export type SpanSource = (emit: EmitSpan) => void;
