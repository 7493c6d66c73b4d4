/**
 * Hidden file that `railscope inspect --out` leaves in its output folder. Masks below such a folder are results and are
 * never inspected themselves, also where the output folder lies inside the inspected one.
 */
export const OUTPUT_MARKER = '.railscope-output';
export const MASK_FILE_SUFFIX = '.mask.png';
