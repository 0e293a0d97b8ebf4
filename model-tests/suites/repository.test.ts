/**
 * The house rules that a machine can check: who imports whom, sizes, and what must not stand in the repository.
 * Each rule answers with the list of places that break it, so that a failure names them all.
 */
import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import ts from 'typescript';
import { describe, expect, test } from 'vitest';
import {
  findCycle,
  importsOf,
  isTest,
  linesOf,
  nodesOf,
  parseSources,
  place,
  readText,
  registersTests,
  repositoryFiles,
  root,
  type SourceFile,
} from './repository.test-support.ts';

const MAX_FILE_LINES = 400;
const MAX_FUNCTION_LINES = 70;

/** Zones, the most special first: a file belongs to the first one that its path begins with. */
const ZONES = [
  'impl/protocol',
  'impl/array/memory',
  'impl/array',
  'impl/sockets',
  'impl/session',
  'impl/backup/tar',
  'impl/backup',
  'impl',
  'machines',
  'model-tests/compile',
  'model-tests/compose',
  'model-tests/explore',
  'model-tests/generate',
  'model-tests/show',
  'model-tests',
  'cli',
  'inspector',
  'bench',
] as const;
type Zone = (typeof ZONES)[number];

const GENERIC: readonly Zone[] = [
  'model-tests/compile',
  'model-tests/compose',
  'model-tests/explore',
  'model-tests/generate',
  'model-tests/show',
];
const IMPLEMENTATION = ZONES.filter((zone) => zone.startsWith('impl'));
const LIBRARY = ZONES.filter((zone) => zone !== 'cli' && zone !== 'inspector' && zone !== 'bench');

/** Beside itself, what a zone may import of ours. */
const MAY_IMPORT: Record<Zone, readonly Zone[]> = {
  'impl/protocol': [],
  'impl/array/memory': [],
  'impl/array': ['impl/array/memory'],
  'impl/sockets': ['impl/array'],
  'impl/session': ['impl/protocol', 'impl/sockets'],
  'impl/backup/tar': [],
  'impl/backup': ['impl', 'impl/backup/tar'],
  impl: IMPLEMENTATION,
  machines: [],
  'model-tests/compile': GENERIC,
  'model-tests/compose': GENERIC,
  'model-tests/explore': GENERIC,
  'model-tests/generate': GENERIC,
  'model-tests/show': GENERIC,
  'model-tests': LIBRARY,
  cli: [...LIBRARY, 'inspector'],
  inspector: LIBRARY,
  bench: [...LIBRARY, 'inspector'],
};

/** The packages that a published zone may import; zones that are not named may import what package.json has. */
const PACKAGES: Partial<Record<Zone, RegExp>> = {
  'impl/protocol': /^$/,
  'impl/array/memory': /^node:/,
  'model-tests/show': /^$/,
  'impl/array': /^(node:.*|zod)$/,
  'impl/sockets': /^(node:.*|zod)$/,
  'impl/session': /^(node:.*|zod)$/,
  'impl/backup/tar': /^node:buffer$/,
  'impl/backup': /^(node:.*|zod)$/,
  impl: /^(node:.*|zod)$/,
  machines: /^xstate$/,
};

/** What the command line, and what is built on top of the implementation, may import of other zones. */
const DOORS = /^((impl|impl\/backup|machines|model-tests|inspector)\/index|inspector\/serve)\.ts$/;

/** This file: it has to spell what others must not. */
const itself = 'model-tests/suites/repository.test.ts';

const files = repositoryFiles();
const sources = parseSources(files);
const tests = sources.filter((file) => isTest(file.path));
const product = sources.filter((file) => !isTest(file.path));

function zoneOf(path: string): Zone | undefined {
  return ZONES.find((zone) => path.startsWith(`${zone}/`));
}

function isOurs(specifier: string): boolean {
  return zoneOf(specifier) !== undefined;
}

/** Places in `among` where `breaks` says what is wrong with a node. */
function search(among: readonly SourceFile[], breaks: (node: ts.Node, file: SourceFile) => string | undefined): string[] {
  return among.flatMap((file) =>
    [...nodesOf(file)].flatMap((node) => {
      const complaint = breaks(node, file);
      return complaint === undefined ? [] : [`${place(file, node)} ${complaint}`];
    }),
  );
}

/** Places in text files where `pattern` matches. */
function grep(pattern: RegExp, among: readonly string[]): string[] {
  return among.flatMap((path) =>
    readText(path)
      .split('\n')
      .flatMap((line, index) => (pattern.test(line) ? [`${path}:${index + 1} ${line.trim().slice(0, 120)}`] : [])),
  );
}

function importBreaks(file: SourceFile, imported: string): string | undefined {
  const from = zoneOf(file.path);
  if (from === undefined || isOurs(imported) === false) {
    return from !== undefined && PACKAGES[from]?.test(imported) === false ? `${file.path} imports ${imported}` : undefined;
  }
  const to = zoneOf(imported);
  const allowed = to === from || (to !== undefined && MAY_IMPORT[from].includes(to));
  const usesDoors = from === 'cli' || from === 'impl/backup';
  const throughDoor = !usesDoors || to === from || imported.startsWith('impl/backup/tar/') || DOORS.test(imported);
  return allowed && throughDoor ? undefined : `${file.path} imports ${imported}`;
}

describe('who imports whom', () => {
  test('each folder imports only what the architecture allows it', () => {
    expect(product.flatMap((file) => importsOf(file).flatMap((imported) => importBreaks(file, imported) ?? []))).toEqual([]);
  });

  test('no test of the implementation knows the statecharts, and no test of the statecharts knows the implementation', () => {
    const breaks = tests.flatMap((file) => {
      const forbidden = { impl: /^(machines\/|model-tests\/|xstate)/, machines: /^(impl|model-tests)\// }[
        file.path.split('/')[0] ?? ''
      ];
      return importsOf(file).flatMap((imported) => (forbidden?.test(imported) ? [`${file.path} imports ${imported}`] : []));
    });
    expect(breaks).toEqual([]);
  });

  test('no imports go in a circle, type imports neither', () => {
    expect(findCycle(new Map(sources.map((file) => [file.path, importsOf(file).filter(isOurs)])))).toBeUndefined();
  });

  test('imports between our files end in the name of a file that is there', () => {
    const relative = sources.flatMap((file) => importsOf(file).map((imported) => ({ file: file.path, imported })));
    const lost = relative.filter(({ imported }) => isOurs(imported) && !files.includes(imported));
    expect(lost.map(({ file, imported }) => `${file} imports ${imported}`)).toEqual([]);
  });

  const run = promisify(execFile);
  /** Imports `door` in a fresh process in which to resolve xstate is an error. */
  const importWithoutXstate = (door: string) => {
    const hooks = `export const resolve = (name, context, next) => {
      if (/^(@xstate|xstate)\\b/.test(name)) throw new Error('xstate was loaded');
      return next(name, context);
    };`;
    const toUrl = (script: string) => `data:text/javascript,${encodeURIComponent(script)}`;
    const register = toUrl(`import { register } from 'node:module'; register(${JSON.stringify(toUrl(hooks))});`);
    return run(
      process.execPath,
      ['--import', 'tsx', '--import', register, '--input-type=module', '-e', `await import('./${door}');`],
      {
        cwd: root,
      },
    );
  };

  test('to import the implementation does not load xstate', async () => {
    await expect(importWithoutXstate('impl/index.ts')).resolves.toBeDefined();
  });

  test('to import the statecharts does, so the check above can fail', async () => {
    await expect(importWithoutXstate('machines/index.ts')).rejects.toThrow('xstate was loaded');
  });
});

describe('sizes', () => {
  test(`no file is longer than ${MAX_FILE_LINES} lines`, () => {
    const lengths = sources.map((file) => ({ path: file.path, lines: file.text.trimEnd().split('\n').length }));
    expect(lengths.filter(({ lines }) => lines > MAX_FILE_LINES).map(({ path, lines }) => `${path} ${lines}`)).toEqual([]);
  });

  test(`no function is longer than ${MAX_FUNCTION_LINES} lines`, () => {
    const tooLong = search(sources, (node, file) => {
      const measured = ts.isFunctionLike(node) && !registersTests(node) ? linesOf(file, node) : 0;
      return measured > MAX_FUNCTION_LINES ? `${measured} lines` : undefined;
    });
    expect(tooLong).toEqual([]);
  });
});

describe('language', () => {
  test('nothing is typed any', () => {
    expect(search(sources, (node) => (node.kind === ts.SyntaxKind.AnyKeyword ? 'any' : undefined))).toEqual([]);
  });

  test('exports have names', () => {
    const among = sources.filter((file) => !file.path.endsWith('.config.ts'));
    const breaks = search(among, (node) => {
      const isDefault = ts.isExportAssignment(node) || node.kind === ts.SyntaxKind.DefaultKeyword;
      const exported = ts.isExportSpecifier(node) && node.name.text === 'default';
      return (isDefault && !ts.isDefaultClause(node.parent)) || exported ? 'default export' : undefined;
    });
    expect(breaks).toEqual([]);
  });

  test('the compiler is not silenced, and nothing is left for later', () => {
    const pattern = /@ts-(ignore|nocheck)\b|biome-ignore-all|\b(TODO|FIXME|XXX)\b/;
    expect(
      grep(
        pattern,
        files.filter((path) => path.endsWith('.ts') && path !== itself),
      ),
    ).toEqual([]);
  });
});

describe('tests', () => {
  const runnerCall = (node: ts.Node): { runner: string; modifier: string } | undefined => {
    const access = ts.isPropertyAccessExpression(node) ? node : undefined;
    const runner = access?.expression.getText() ?? '';
    return access !== undefined && /^(describe|test|it)\b/.test(runner) ? { runner, modifier: access.name.text } : undefined;
  };

  test('none stands alone, and none is skipped without a reason', () => {
    const breaks = search(tests, (node, file) => {
      const modifier = runnerCall(node)?.modifier ?? '';
      if (['only', 'skip', 'todo'].includes(modifier)) {
        return `.${modifier}`;
      }
      if (['skipIf', 'runIf'].includes(modifier)) {
        return file.text.includes('STPCONNECT_REQUIRE') ? undefined : `.${modifier} without STPCONNECT_REQUIRE`;
      }
      const skips = ts.isCallExpression(node) && /^(\w+\.)?skip$/.test(node.expression.getText());
      return skips && node.arguments.length === 0 ? 'skip without a reason' : undefined;
    });
    expect(breaks).toEqual([]);
  });

  test('none waits for a time to pass', () => {
    const breaks = search(tests, (node) => {
      const sleeps =
        ts.isCallExpression(node) && /^((globalThis|timers)\.)?(setTimeout|setInterval|sleep)$/.test(node.expression.getText());
      return sleeps ? 'waits for a time' : undefined;
    });
    const imports = tests.filter((file) => importsOf(file).some((imported) => imported.startsWith('node:timers')));
    expect([...breaks, ...imports.map((file) => `${file.path} imports node:timers`)]).toEqual([]);
  });
});

describe('the package', () => {
  const manifest = JSON.parse(readText('package.json')) as Record<string, Record<string, string>>;

  test('its lock file has no addresses, so it says nothing of the machine that made it', () => {
    expect(grep(/"resolved"\s*:/, ['package-lock.json'])).toEqual([]);
  });

  test('its lock file has the packages of every platform, so that npm ci works on each', () => {
    const locked = (
      JSON.parse(readText('package-lock.json')) as { packages: Record<string, Record<string, Record<string, string>>> }
    ).packages;
    const needed = Object.values(locked).flatMap((entry) => Object.keys(entry['optionalDependencies'] ?? {}));
    expect(needed.filter((name) => !(`node_modules/${name}` in locked))).toEqual([]);
  });

  test('nothing in the repository names a package registry or a folder of somebody’s machine', () => {
    const hosts = /\bregistry\.[a-z0-9-]+\.[a-z]{2,}\b|\b(unpkg|jsdelivr|esm)\.(com|net|sh)\b|[^\w.]\/(work|root|home|farm)\//;
    expect(
      grep(
        hosts,
        files.filter((path) => path !== itself),
      ),
    ).toEqual([]);
  });

  test('npm’s settings choose no registry and hold no password', () => {
    expect(
      grep(
        /registry\s*=|_auth|_password|:\/\//,
        files.filter((path) => path.endsWith('.npmrc')),
      ),
    ).toEqual([]);
  });

  test('to install it runs no script of its own', () => {
    // `prepare` runs in a checkout only: it builds, so that `npx stpconnect` works there behind `npm ci`.
    const hooks = ['preinstall', 'install', 'postinstall'];
    expect(Object.keys(manifest['scripts'] ?? {}).filter((script) => hooks.includes(script))).toEqual([]);
  });

  test('what decides the outcome of a check has an exact version', () => {
    const exact = ['typescript', '@biomejs/biome', '@xstate/test'];
    const loose = exact.filter((name) => !/^\d+\.\d+\.\d+(-[\w.]+)?$/.test(manifest['devDependencies']?.[name] ?? ''));
    expect(loose).toEqual([]);
  });

  test('what is installed does not shadow the Node that npm runs on', () => {
    expect(Object.keys({ ...manifest['dependencies'], ...manifest['devDependencies'] })).not.toContain('node');
  });
});
