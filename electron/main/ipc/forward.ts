/** Calls of the window to the project process, such that a crash of that process costs the window nothing. */
import type { ChannelInput, ChannelOutput } from '#shared/ipc/contract';
import { RailscopeError } from '#shared/errors/railscope-error';
import type { ProjectChannels } from '#shared/ports/project';
import { patient } from '../patient';
import type { ForwardToProject } from './router';

type Commit = ChannelInput<'editor.commit'>;
type Committed = ChannelOutput<'editor.commit'>;

/** Every channel but one may simply be called again: reading, and setting a value. */
export function forwardTo(project: ProjectChannels): ForwardToProject {
  const methods = project as unknown as Record<string, (input: unknown) => Promise<unknown>>;
  return (channel, input) => {
    if (channel === 'editor.commit') return commitOnce(project, input as Commit);
    return patient(async () => methods[channel]?.(input));
  };
}

/** A commit that was open when the process ended may be on the disk or not; the revision tells. */
async function commitOnce(project: ProjectChannels, commit: Commit): Promise<Committed> {
  try {
    return await project['editor.commit'](commit);
  } catch (error) {
    if (!(error instanceof RailscopeError) || error.code !== 'process-gone') throw error;
    const { revision, image } = await project['editor.load']({ imageId: commit.imageId });
    return revision === commit.baseRevision + 1 ? { revision, image } : project['editor.commit'](commit);
  }
}
