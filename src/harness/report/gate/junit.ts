/** A gate's verdict as JUnit XML: a test case for each metric; what is inconclusive is skipped. */
import type { MetricVerdict } from '../../verdict/verdict.js';
import type { GateResults } from './results.js';
import { changeText, reasonText, valueText } from './words.js';

export function gateJunit(results: GateResults): string {
  const { metrics, counts, baseline, candidate } = results;
  const sums = `tests="${metrics.length}" failures="${counts.regressed}" skipped="${counts.inconclusive}" errors="0"`;
  const name = escaped(`gate: ${candidate.label} against ${baseline.label}`);
  return [
    '<?xml version="1.0" encoding="UTF-8"?>',
    `<testsuites name="snapdelta gate" ${sums}>`,
    `  <testsuite name="${name}" ${sums}>`,
    ...metrics.map(testCase),
    '  </testsuite>',
    '</testsuites>',
    '',
  ].join('\n');
}

function testCase(verdict: MetricVerdict): string {
  const parts = verdict.metric.split('/');
  const name = escaped(parts.at(-1) ?? '');
  const group = escaped(parts.slice(0, -1).join('/') || 'metrics');
  const opening = `    <testcase classname="${group}" name="${name}"`;
  const message = escaped(
    `${valueText(verdict.baseline, verdict)} -> ${valueText(verdict.candidate, verdict)} ${changeText(verdict.change)}: ${reasonText(verdict)}`,
  );
  if (verdict.status === 'regressed')
    return `${opening}><failure type="regressed" message="${message}"/></testcase>`;
  if (verdict.status === 'inconclusive') return `${opening}><skipped message="${message}"/></testcase>`;
  return `${opening}/>`;
}

/** XML 1.0 has no control characters but tab, line feed and carriage return. */
function escaped(text: string): string {
  const entities: Readonly<Record<string, string>> = {
    '&': '&amp;',
    '<': '&lt;',
    '>': '&gt;',
    '"': '&quot;',
  };
  return text.replace(/\p{Cc}/gu, ' ').replace(/[&<>"]/g, (sign) => entities[sign] ?? sign);
}
