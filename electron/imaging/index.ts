/** Pixels in and out of files. Plain Node; every room that touches image files goes through here. */
export type { DecodedImage, FoundImage, RawPixelTile, StretchOptions } from './types';
export { setDecodeThreads } from './sharp-setup';
export { isImageFileName, walkImages, type WalkOptions } from './walk';
export { readHeader } from './read-header';
export { decodeBytes, decodeImage, type DecodeOptions } from './decode';
export { hashFile, readAndHash } from './hash';
export { greyLevelRange, stretchTo8Bit } from './levels';
export { shrinkByTwo } from './shrink';
export { PyramidCache } from './pyramid-cache';
export { cropGeometry } from './crop';
export { encodeCrop, encodeThumbnail } from './encode-jpeg';
export { decodeGreyPng, encodeGreyPng, encodeRgbaPng } from './png';
