/** Where the parts of the application lie, in the repository and in a package. */
import path from 'node:path';

export interface AppPaths {
  rendererFolder: string;
  preload: string;
  projectProcess: string;
  inferenceProcess: string;
  catalogFolder: string;
  demoImages: string;
}

/**
 * @param appFolder the folder of package.json (in a package: resources/app or resources/app.asar)
 * @param resourcesFolder in a package: where models and unpacked files lie; null = not packaged
 */
export function appPaths(appFolder: string, resourcesFolder: string | null): AppPaths {
  const models = path.join(resourcesFolder ?? appFolder, 'models');
  return {
    rendererFolder: path.join(appFolder, 'dist/renderer'),
    preload: path.join(appFolder, 'dist/preload/preload.cjs'),
    projectProcess: path.join(appFolder, 'dist/node/project.mjs'),
    inferenceProcess: path.join(appFolder, 'dist/node/inference.mjs'),
    catalogFolder: path.join(models, 'catalog'),
    demoImages: path.join(models, 'demo/images'),
  };
}
