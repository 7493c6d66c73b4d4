/**
 * The one place that sets up sharp. libvips keeps no cache (pictures are seen once), uses one thread per picture
 * (inference runs several decodes side by side), and may load nothing but the formats that RailScope reads: SVG, PDF
 * and the rest never parse an untrusted file.
 */
import sharp from 'sharp';

sharp.cache(false);
sharp.concurrency(1);
sharp.block({ operation: ['VipsForeignLoad'] });
sharp.unblock({ operation: ['VipsForeignLoadJpeg', 'VipsForeignLoadPng', 'VipsForeignLoadTiff'] });

/** @param threads threads that one decode or encode may use, 1 or more */
export function setDecodeThreads(threads: number): void {
  sharp.concurrency(Math.max(1, Math.floor(threads)));
}

export { sharp };
