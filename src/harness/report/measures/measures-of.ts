/** The documents that a gate compares, and what it reads from them. */
import { z } from 'zod';
import { UsageError } from '../../../base/errors.js';
import { environmentSchema } from '../../measurement/environment.js';
import { measureSchema } from '../../verdict/measure.js';
import type { MeasureSet } from '../../verdict/measure.js';
import { exactKernelResultsSchema, exactKernelSchemaName } from '../exact-kernel-results.js';
import { exactPipelineResultsSchema, exactPipelineSchemaName } from '../exact-pipeline-results.js';
import { kernelResultsSchema, kernelSchemaName } from '../kernel-results.js';
import { labResultsSchema, labSchemaName } from '../lab-results.js';
import { linksResultsSchema, linksSchemaName } from '../links-results.js';
import { pipelineResultsSchema, pipelineSchemaName } from '../pipeline-results.js';
import { simulationResultsSchema, simulationSchemaName } from '../simulation-results.js';
import { exactKernelMeasures, kernelMeasures } from './kernels.js';
import { rowMeasures } from './pipeline.js';
import { linksMeasures, simulationMeasures } from './simulated.js';

export const measuresSchemaName = 'snapdelta/measures/1';

/** Figures of any origin, and what a baseline is kept as. */
export const measuresDocumentSchema = z.strictObject({
  schema: z.literal(measuresSchemaName),
  source: z.string().describe('the file that they were read from, or what measured them'),
  environment: environmentSchema
    .nullable()
    .describe('null where all is exact, and the machine does not matter'),
  measures: z.array(measureSchema),
});
export type MeasuresDocument = z.infer<typeof measuresDocumentSchema>;

export const gatedSchema = z.discriminatedUnion('schema', [
  measuresDocumentSchema,
  labResultsSchema,
  kernelResultsSchema,
  exactKernelResultsSchema,
  pipelineResultsSchema,
  exactPipelineResultsSchema,
  simulationResultsSchema,
  linksResultsSchema,
]);
export type GatedDocument = z.infer<typeof gatedSchema>;

export const gatedSchemaNames: readonly string[] = [
  measuresSchemaName,
  labSchemaName,
  kernelSchemaName,
  exactKernelSchemaName,
  pipelineSchemaName,
  exactPipelineSchemaName,
  simulationSchemaName,
  linksSchemaName,
];

/** `label` says where it comes from. Throws UsageError for a document that names a metric twice, or an exact one with many values. */
export function measureSetOf(document: GatedDocument, label: string): MeasureSet {
  const measures = listOf(document);
  const seen = new Set<string>();
  for (const { metric, kind, values } of measures) {
    if (seen.has(metric)) throw new UsageError(`${label}: metric '${metric}' is there twice`);
    if (kind === 'exact' && values.length !== 1)
      throw new UsageError(`${label}: metric '${metric}' is exact and has ${values.length} values`);
    seen.add(metric);
  }
  const environment = 'environment' in document ? document.environment : null;
  return { label, environment, measures: [...measures] };
}

/** As a baseline is kept. */
export function measuresDocument({ label, environment, measures }: MeasureSet): MeasuresDocument {
  return { schema: measuresSchemaName, source: label, environment, measures: [...measures] };
}

function listOf(document: GatedDocument): MeasuresDocument['measures'] {
  switch (document.schema) {
    case measuresSchemaName:
      return document.measures;
    case labSchemaName:
    case pipelineSchemaName:
      return document.rows.flatMap((row) => rowMeasures(row, row.configuration));
    case exactPipelineSchemaName:
      return document.rows.flatMap((row) => rowMeasures(row, document.configuration.id));
    case kernelSchemaName:
      return kernelMeasures(document);
    case exactKernelSchemaName:
      return exactKernelMeasures(document);
    case simulationSchemaName:
      return simulationMeasures(document);
    case linksSchemaName:
      return linksMeasures(document);
  }
}
