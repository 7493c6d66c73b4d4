/** `npm run -s doctor [-- --json] [-- --library FILE]`: prints the doctor's text; status 0 when a device can be used. */
import { parseArgs } from 'node:util';
import { doctorText } from './doctor';
import { probeAscend } from './probe';

const { values } = parseArgs({ options: { json: { type: 'boolean', default: false }, library: { type: 'string' } } });
const report = await probeAscend({ libraryPath: values.library });
process.stdout.write(values.json ? `${JSON.stringify(report, null, 2)}\n` : doctorText(report));
process.exitCode = report.reason === null ? 0 : 1;
