/** The receiving edge of the contract: check the sender, parse once, run, answer with a Result. */
import { contract, type Channel, type ChannelInput, type ChannelOfHost, type ChannelOutput } from '#shared/ipc/contract';
import type { Result } from '#shared/ipc/result';
import { RailscopeError, toErrorInfo } from '#shared/errors/railscope-error';
import type { ErrorInfo } from '#shared/errors/codes';
import type { CallSender } from './trusted-windows';

export type MainHandlers = { [C in ChannelOfHost<'main'>]: (input: ChannelInput<C>) => Promise<ChannelOutput<C>> };

/** Passes a parsed call on to the project process. */
export type ForwardToProject = (channel: ChannelOfHost<'project'>, input: unknown) => Promise<unknown>;

export interface RouterOptions {
  handlers: MainHandlers;
  forward: ForwardToProject;
  isTrusted(sender: CallSender): boolean;
  /** hears of every failed call */
  onFailure(channel: Channel, error: ErrorInfo): void;
}

export type Router = (channel: Channel, sender: CallSender, raw: unknown) => Promise<Result<unknown>>;

/** @returns a function that answers one call; it never rejects */
export function createRouter(options: RouterOptions): Router {
  const handlers = options.handlers as Record<string, (input: unknown) => Promise<unknown>>;
  const run = async (channel: Channel, sender: CallSender, raw: unknown): Promise<unknown> => {
    if (!options.isTrusted(sender)) throw new RailscopeError('bad-request', `call of ${channel} from a page that is not trusted`);
    const entry = contract[channel];
    const parsed = entry.input.safeParse(raw);
    if (!parsed.success) throw new RailscopeError('bad-request', `input of ${channel}: ${firstIssue(parsed.error.issues)}`, { channel });
    if (entry.host === 'project') return options.forward(channel as ChannelOfHost<'project'>, parsed.data);
    const handler = handlers[channel];
    if (!handler) throw new RailscopeError('internal', `no handler for ${channel}`);
    return handler(parsed.data);
  };
  return async (channel, sender, raw) => {
    try {
      return { ok: true, value: await run(channel, sender, raw) };
    } catch (error) {
      const info = toErrorInfo(error);
      options.onFailure(channel, info);
      return { ok: false, error: info };
    }
  };
}

export const channels = Object.keys(contract) as Channel[];

function firstIssue(issues: readonly { path: PropertyKey[]; message: string }[]): string {
  const issue = issues[0];
  return issue ? `${issue.path.map(String).join('.') || 'value'}: ${issue.message}` : 'invalid';
}
