/**
 * Every channel between window and main process, declared once: who answers, schema in, schema out.
 * `host: 'project'` channels are parsed by main and passed on to the project process as they are.
 */
import { z } from 'zod';
import { boxSchema } from '../geometry/box';
import { defectDecisionSchema, defectSchema, maskLayerSchema } from '../domain/defect';
import { defectGradeSchema } from '../domain/defect-classes';
import { editCommitSchema, imageDocumentSchema } from '../domain/editor';
import { imageRecordSchema, inferenceStateSchema, regionModeSchema, regionSchema, reviewStatusSchema } from '../domain/image';
import { deviceChoiceSchema, deviceStateSchema, modelSummarySchema } from '../domain/model';
import { projectCountsSchema, projectInfoSchema, projectSettingsSchema, recentProjectSchema } from '../domain/project';
import { reportDataSchema, reportOptionsSchema } from '../domain/report';
import { remoteCheckSchema, remoteServerSchema, tokenSchema } from '../domain/remote-server';
import { appSettingsSchema } from '../domain/settings';
import { errorInfoSchema } from '../errors/codes';
import { jobEventSchema } from '../jobs/types';

export const imageSortSchema = z.enum(['path', 'defects', 'status']);
export const imageFilterSchema = z.object({
  text: z.string().max(500),
  status: z.array(reviewStatusSchema),
  only: z.enum(['all', 'with-defects', 'without-defects', 'unreadable', 'not-inferred']),
});
export type ImageFilter = z.infer<typeof imageFilterSchema>;
const pageSchema = z.object({ offset: z.int().nonnegative(), limit: z.int().min(1).max(1000) });

/** One row of the defect queue. */
export const defectRowSchema = defectSchema.extend({ imageId: z.int(), relativePath: z.string() });
export type DefectRow = z.infer<typeof defectRowSchema>;
export const defectSortSchema = z.enum(['doubt', 'score', 'grade', 'area', 'path']);
export const defectFilterSchema = z.object({
  classCodes: z.array(z.string()),
  grades: z.array(defectGradeSchema),
  decisions: z.array(defectDecisionSchema),
});
export type DefectFilter = z.infer<typeof defectFilterSchema>;

/** `session`: kept until the application ends, since the system has no key store. The token itself never comes back. */
export const remoteTokenStateSchema = z.object({ kind: z.enum(['none', 'stored', 'session']), origin: z.string().nullable() });
export type RemoteTokenState = z.infer<typeof remoteTokenStateSchema>;

const nothing = z.void();
const imageIdSchema = z.object({ imageId: z.int().positive() });

export const contract = {
  'app.info': {
    host: 'main',
    input: nothing,
    output: z.object({
      version: z.string(),
      electron: z.string(),
      platform: z.string(),
      demoFolder: z.string(),
      openFolder: z.string().nullable(),
    }),
  },
  'app.settings.get': { host: 'main', input: nothing, output: appSettingsSchema },
  'app.settings.set': { host: 'main', input: appSettingsSchema.partial(), output: appSettingsSchema },
  'app.reveal': { host: 'main', input: z.object({ what: z.enum(['report', 'project-folder', 'logs']) }), output: nothing },

  'project.chooseFolder': { host: 'main', input: nothing, output: z.string().nullable() },
  'project.open': { host: 'main', input: z.object({ folder: z.string().min(1).max(4096) }), output: projectInfoSchema },
  'project.openDemo': { host: 'main', input: nothing, output: projectInfoSchema },
  'project.close': { host: 'main', input: nothing, output: nothing },
  'project.recent': { host: 'main', input: nothing, output: z.array(recentProjectSchema) },
  'project.info': { host: 'project', input: nothing, output: projectInfoSchema },
  'project.counts': { host: 'project', input: nothing, output: projectCountsSchema },
  'project.settings.set': { host: 'project', input: projectSettingsSchema, output: projectSettingsSchema },

  'images.page': {
    host: 'project',
    input: z.object({ page: pageSchema, filter: imageFilterSchema, sort: imageSortSchema }),
    output: z.object({ total: z.int(), rows: z.array(imageRecordSchema) }),
  },
  /** where an image stands in the filtered, sorted list; -1 when the filter hides it */
  'images.indexOf': {
    host: 'project',
    input: z.object({ imageId: z.int(), filter: imageFilterSchema, sort: imageSortSchema }),
    output: z.int(),
  },
  'images.setStatus': {
    host: 'project',
    input: z.object({ imageId: z.int().positive(), status: reviewStatusSchema }),
    output: imageRecordSchema,
  },
  /** `auto` asks the inference process to find the band; the found box comes back */
  'images.setRegion': {
    host: 'main',
    input: z.object({ imageId: z.int().positive(), mode: regionModeSchema, box: boxSchema.nullable() }),
    output: regionSchema,
  },

  'defects.page': {
    host: 'project',
    input: z.object({ page: pageSchema, filter: defectFilterSchema, sort: defectSortSchema }),
    output: z.object({ total: z.int(), rows: z.array(defectRowSchema) }),
  },

  'editor.load': { host: 'project', input: imageIdSchema, output: imageDocumentSchema },
  'editor.commit': { host: 'project', input: editCommitSchema, output: z.object({ revision: z.int(), image: imageRecordSchema }) },
  /** the model layer at another threshold, from the kept probability map; saves nothing */
  'editor.rethreshold': {
    host: 'main',
    input: z.object({ imageId: z.int().positive(), threshold: z.number().min(0).max(1), minimumAreaPx: z.int().nonnegative() }),
    output: maskLayerSchema,
  },

  'models.list': { host: 'main', input: nothing, output: z.array(modelSummarySchema) },
  'devices.list': { host: 'main', input: nothing, output: z.array(deviceStateSchema) },

  'remote.token.state': { host: 'main', input: nothing, output: remoteTokenStateSchema },
  /** null forgets it */
  'remote.token.set': {
    host: 'main',
    input: z.object({ url: remoteServerSchema.shape.url, token: tokenSchema.nullable() }),
    output: remoteTokenStateSchema,
  },
  /** one tile there and back; without a token the stored one is used where it belongs to that server */
  'remote.test': {
    host: 'main',
    input: z.object({ server: remoteServerSchema, token: tokenSchema.nullable(), modelId: z.string() }),
    output: remoteCheckSchema,
  },

  'jobs.startInspection': {
    host: 'main',
    input: z.object({
      modelId: z.string(),
      device: deviceChoiceSchema,
      scope: z.enum(['missing', 'all', 'one']),
      imageId: z.int().nullable(),
    }),
    output: z.object({ jobId: z.int() }),
  },
  'jobs.startReport': {
    host: 'main',
    input: z.object({ options: reportOptionsSchema, outputPath: z.string().max(4096).nullable() }),
    output: z.object({ jobId: z.int() }).nullable(),
  },
  'jobs.pause': { host: 'main', input: z.object({ jobId: z.int() }), output: nothing },
  'jobs.resume': { host: 'main', input: z.object({ jobId: z.int() }), output: nothing },
  'jobs.cancel': { host: 'main', input: z.object({ jobId: z.int() }), output: nothing },
  'jobs.prioritise': { host: 'main', input: imageIdSchema, output: nothing },
  'jobs.current': { host: 'main', input: nothing, output: z.array(jobEventSchema) },

  'report.data': { host: 'project', input: z.object({ options: reportOptionsSchema }), output: reportDataSchema },
} as const satisfies Record<string, { host: 'main' | 'project'; input: z.ZodType; output: z.ZodType }>;

export type Contract = typeof contract;
export type Channel = keyof Contract;
export type ChannelInput<C extends Channel> = z.infer<Contract[C]['input']>;
export type ChannelOutput<C extends Channel> = z.infer<Contract[C]['output']>;
export type ChannelOfHost<H extends 'main' | 'project'> = { [C in Channel]: Contract[C]['host'] extends H ? C : never }[Channel];

/** What main tells the window without being asked. */
export const events = {
  'job.changed': jobEventSchema,
  'project.counts': projectCountsSchema,
  /** rows to reload: an image was inferred, saved, found, lost */
  'images.changed': z.object({ imageIds: z.array(z.int()), inference: inferenceStateSchema.nullable() }),
  /** one failure with its remedy; `fatal` means the process behind it is gone for good */
  notice: z.object({ error: errorInfoSchema, severity: z.enum(['info', 'warning', 'error']) }),
  'menu.command': z.object({ command: z.enum(['open-folder', 'undo', 'redo', 'export-report', 'shortcuts', 'settings']) }),
} as const satisfies Record<string, z.ZodType>;

export type EventName = keyof typeof events;
export type EventPayload<E extends EventName> = z.infer<(typeof events)[E]>;
