/** The cases of a verification as JUnit XML, which CI systems read: a suite for each row, a case for each path. */
import type { DrivenCase } from '../drive/tally.ts';
import { nameOfRow, type Report } from './report.ts';

/** The whole file, ending in a newline. `cases` are those of each row, in the order of the rows. */
export function junitXml(report: Report, cases: readonly (readonly DrivenCase[])[]): string {
  const { rows, failures, made } = report;
  const suites = rows.map((row, index) => {
    const name = nameOfRow(row);
    const own = failures.filter((failure) => failure.row === index);
    const byPath = new Map(own.map((failure) => [failure.path, failure]));
    const elements = (cases[index] ?? []).map((one) => {
      const failure = byPath.get(one.name);
      const opened = `    <testcase classname="${attribute(name)}" name="${attribute(one.name)}" time="${one.seconds}"`;
      if (failure === undefined) return `${opened}/>`;
      return `${opened}>\n      <failure message="${attribute(failure.what)}">${characters(failure.message)}</failure>\n    </testcase>`;
    });
    const counts = `tests="${elements.length}" failures="${own.length}" errors="0" skipped="0" time="${row.seconds}"`;
    return [
      `  <testsuite name="${attribute(name)}" ${counts} timestamp="${attribute(made)}">`,
      ...elements,
      '  </testsuite>',
    ].join('\n');
  });
  const tests = cases.reduce((sum, list) => sum + list.length, 0);
  const time = rows.reduce((sum, { seconds }) => sum + seconds, 0);
  return [
    '<?xml version="1.0" encoding="UTF-8"?>',
    `<testsuites name="stpconnect verify" tests="${tests}" failures="${failures.length}" time="${time.toFixed(3)}">`,
    ...suites,
    '</testsuites>',
    '',
  ].join('\n');
}

const entities: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' };

/** As text between tags: line breaks stay; what XML 1.0 cannot write becomes the replacement character. */
function characters(text: string): string {
  return [...text.replaceAll('\r', '')]
    .map((character) => entities[character] ?? (isXml(character) ? character : '\ufffd'))
    .join('');
}

/** As the value of an attribute, where a bare line break would become a blank. */
function attribute(text: string): string {
  return characters(text).replaceAll('\n', '&#10;').replaceAll('\t', '&#9;');
}

function isXml(character: string): boolean {
  return /[\t\n]/.test(character) || !/[\p{Cc}\p{Cs}\ufffe\uffff]/u.test(character);
}
