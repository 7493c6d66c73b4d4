import { z } from 'zod';

export const componentKinds = ['rail-surface', 'rail', 'fastener', 'bolt', 'any'] as const;
export const componentKindSchema = z.enum(componentKinds);
export type ComponentKind = z.infer<typeof componentKindSchema>;

/** How a class outline is drawn, so that classes differ without colour. */
export const outlinePatterns = ['solid', 'dashed', 'dotted', 'dash-dot'] as const;
export type OutlinePattern = (typeof outlinePatterns)[number];

export interface DefectClass {
  readonly code: string;
  readonly component: ComponentKind;
  readonly zh: string;
  readonly en: string;
  /** sRGB hex; from the Okabe–Ito colour-blind-safe set. */
  readonly colour: string;
  readonly outline: OutlinePattern;
}

const orange = '#E69F00';
const sky = '#56B4E9';
const green = '#009E73';
const yellow = '#F0E442';
const blue = '#0072B2';
const vermilion = '#D55E00';
const purple = '#CC79A7';

/** The order is the order of the number keys 1–9 and of the class menu. */
export const defectClasses: readonly DefectClass[] = [
  { code: 'defect', component: 'any', zh: '未分类缺陷', en: 'Unclassified defect', colour: yellow, outline: 'solid' },
  { code: 'scuff', component: 'rail-surface', zh: '擦伤', en: 'Scuff', colour: orange, outline: 'solid' },
  { code: 'spalling', component: 'rail-surface', zh: '剥离掉块', en: 'Spalling', colour: vermilion, outline: 'solid' },
  { code: 'crack', component: 'rail-surface', zh: '裂纹', en: 'Crack', colour: purple, outline: 'solid' },
  { code: 'corrugation', component: 'rail-surface', zh: '波磨', en: 'Corrugation', colour: sky, outline: 'solid' },
  { code: 'dent', component: 'rail-surface', zh: '压伤', en: 'Dent', colour: green, outline: 'solid' },
  { code: 'rail-break', component: 'rail', zh: '钢轨折断', en: 'Rail break', colour: vermilion, outline: 'dashed' },
  { code: 'fastener-missing', component: 'fastener', zh: '扣件缺失', en: 'Fastener missing', colour: blue, outline: 'dashed' },
  { code: 'fastener-broken', component: 'fastener', zh: '扣件断裂', en: 'Fastener broken', colour: purple, outline: 'dashed' },
  { code: 'fastener-displaced', component: 'fastener', zh: '扣件移位', en: 'Fastener displaced', colour: sky, outline: 'dashed' },
  { code: 'bolt-missing', component: 'bolt', zh: '螺栓缺失', en: 'Bolt missing', colour: blue, outline: 'dotted' },
  { code: 'bolt-loose', component: 'bolt', zh: '螺栓松动', en: 'Bolt loose', colour: green, outline: 'dotted' },
  { code: 'bolt-broken', component: 'bolt', zh: '螺栓断裂', en: 'Bolt broken', colour: orange, outline: 'dotted' },
];

const byCode = new Map(defectClasses.map((entry) => [entry.code, entry]));

/** The class of that code; codes of other catalogues keep their code as name and the neutral colour. */
export function defectClass(code: string): DefectClass {
  return byCode.get(code) ?? { code, component: 'any', zh: code, en: code, colour: '#999999', outline: 'solid' };
}

/** Grades of Chinese practice: 轻伤 / 重伤 / 折断. `unset` = the inspector has not graded it. */
export const defectGrades = ['unset', 'minor', 'major', 'broken'] as const;
export const defectGradeSchema = z.enum(defectGrades);
export type DefectGrade = z.infer<typeof defectGradeSchema>;
