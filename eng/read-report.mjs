// Reads a test report: prints 'passed failed skipped' on one line to standard output, and what failed to standard error.
// Usage: node eng/read-report.mjs ctrf|vitest|tap FILE
import { readFileSync } from 'node:fs';

const readers = { ctrf: readCtrf, vitest: readVitest, tap: readTap };

/** The Common Test Report Format; a test is passed, failed, skipped, pending or other. */
function readCtrf(text) {
  return JSON.parse(text).results.tests.map(({ name, status, message, trace }) => ({
    name,
    outcome: status === 'passed' ? 'passed' : status === 'skipped' || status === 'pending' ? 'skipped' : 'failed',
    details: [message, trace].filter(Boolean).join('\n'),
  }));
}

/** Jest's JSON, which vitest writes too. A file that could not be loaded has no tests and the status failed. */
function readVitest(text) {
  return JSON.parse(text).testResults.flatMap(file => {
    const tests = file.assertionResults.map(({ fullName, status, failureMessages }) => ({
      name: fullName,
      outcome: status === 'passed' ? 'passed' : status === 'failed' ? 'failed' : 'skipped',
      details: (failureMessages ?? []).join('\n'),
    }));
    const loaded = file.status !== 'failed' || tests.some(test => test.outcome === 'failed');
    return loaded ? tests : [...tests, { name: file.name, outcome: 'failed', details: file.message }];
  });
}

/** The Test Anything Protocol: a plan 1..N and a line for each test. Lines after a failure, up to the next, explain it. */
function readTap(text) {
  const tests = [];
  let planned;
  for (const line of text.split('\n')) {
    const plan = /^1\.\.(\d+)/.exec(line);
    const test = /^(not )?ok \d+ (.*)$/.exec(line);
    if (plan) {
      planned = Number(plan[1]);
    } else if (test) {
      const skipped = / # skip\b/i.test(test[2]);
      tests.push({ name: test[2], outcome: test[1] ? 'failed' : skipped ? 'skipped' : 'passed', details: '' });
    } else if (tests.length > 0) {
      tests.at(-1).details += `${line}\n`;
    }
  }
  if (planned !== tests.length) {
    throw new Error(`${planned} tests were planned, and ${tests.length} are reported`);
  }
  return tests;
}

const [format, file] = process.argv.slice(2);
const tests = readers[format](readFileSync(file, 'utf8'));
for (const { name, details } of tests.filter(test => test.outcome === 'failed')) {
  console.error(`FAILED ${name}\n${details.trimEnd().replace(/^/gm, '  ')}`);
}
const number = outcome => tests.filter(test => test.outcome === outcome).length;
console.log(number('passed'), number('failed'), number('skipped'));
