/** Names of the files that a result leaves beside its kept map. */

/** Where the instances lie that belong to the map at `mapPath`: a result of a network of instances keeps both. */
export function detectionsPath(mapPath: string): string {
  return `${mapPath.replace(/\.png$/, '')}.instances`;
}
