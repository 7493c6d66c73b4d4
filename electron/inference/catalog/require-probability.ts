import { isProbabilityManifest, type ModelManifest, type ProbabilityManifest } from '#shared/domain/model';
import { RailscopeError } from '#shared/errors/railscope-error';

/** For what carries one map per tile only: servers, in both directions. @throws model-invalid for a network of instances */
export function requireProbability(manifest: ModelManifest): ProbabilityManifest {
  if (isProbabilityManifest(manifest)) return manifest;
  const reason = 'networks that detect instances run on this machine only, not on or as a server';
  throw new RailscopeError('model-invalid', `${manifest.id}: ${reason}`, { model: manifest.id, path: manifest.id, reason });
}
