/** The project process: serves ProjectPort to whoever started it, and ends with it. */
import { transportToParent } from '#shared/rpc/process-transport';
import { serveRpc, type RpcServer } from '#shared/rpc/rpc';
import type { ProjectPort } from '#shared/ports/project';
import { createProjectService } from './service';

const transport = transportToParent(process);
const service = createProjectService((event, payload) => server.emit(event, payload));
const server: RpcServer = serveRpc<ProjectPort>(transport, service);

// every commit is on the disk already: closing only tidies up
transport.onClose(() => void service.close(undefined).finally(() => process.exit(0)));
