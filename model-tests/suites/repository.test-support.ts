/**
 * Facts about the files of this repository, read through git and TypeScript's parser. No rule lives here: repository.test.ts has them.
 */
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { dirname, join, normalize } from 'node:path';
import { fileURLToPath } from 'node:url';
import ts from 'typescript';

/** The top folder of the checkout, with a slash at its end. */
export const root = fileURLToPath(new URL('../../', import.meta.url));

/** A file with its text and its syntax tree; `path` is from the top folder, with forward slashes. */
export interface SourceFile {
  readonly path: string;
  readonly text: string;
  readonly tree: ts.SourceFile;
}

/** Every file that is committed or about to be: what git ignores is left out. */
export function repositoryFiles(): string[] {
  const listed = execFileSync('git', ['ls-files', '-z', '--cached', '--others', '--exclude-standard'], {
    cwd: root,
    encoding: 'utf8',
  });
  const deleted = execFileSync('git', ['ls-files', '-z', '--deleted'], { cwd: root, encoding: 'utf8' }).split('\0');
  return listed.split('\0').filter((path) => path !== '' && !deleted.includes(path));
}

/** The text of a file of the repository. */
export function readText(path: string): string {
  return readFileSync(join(root, path), 'utf8');
}

/** Parses every TypeScript file among `paths`. */
export function parseSources(paths: readonly string[]): SourceFile[] {
  return paths
    .filter((path) => /\.tsx?$/.test(path))
    .map((path) => {
      const text = readText(path);
      return { path, text, tree: ts.createSourceFile(path, text, ts.ScriptTarget.Latest, true) };
    });
}

/** Tests, and the helpers that only tests use. */
export function isTest(path: string): boolean {
  return /\.test(-support)?\.tsx?$/.test(path);
}

/** What a file imports or exports from, types and dynamic imports too: paths from the top folder, or the bare specifier. */
export function importsOf(file: SourceFile): string[] {
  const specifiers = ts.preProcessFile(file.text, true, true).importedFiles.map((imported) => imported.fileName);
  return specifiers.map((specifier) => (specifier.startsWith('.') ? normalize(join(dirname(file.path), specifier)) : specifier));
}

/** `path:line` of a node, as editors and terminals like it. */
export function place(file: SourceFile, node: ts.Node): string {
  return `${file.path}:${file.tree.getLineAndCharacterOfPosition(node.getStart()).line + 1}`;
}

/** Every node of a file, in order. */
export function* nodesOf(file: SourceFile): Generator<ts.Node> {
  const waiting: ts.Node[] = [file.tree];
  for (let node = waiting.pop(); node !== undefined; node = waiting.pop()) {
    yield node;
    const children: ts.Node[] = [];
    ts.forEachChild(node, (child) => {
      children.push(child);
    });
    waiting.push(...children.reverse());
  }
}

/** How many lines a node takes. */
export function linesOf(file: SourceFile, node: ts.Node): number {
  const line = (position: number) => file.tree.getLineAndCharacterOfPosition(position).line;
  return line(node.getEnd()) - line(node.getStart()) + 1;
}

/** Whether the function only registers tests: it calls describe, test or it itself, so its length is that of its tests. */
export function registersTests(node: ts.Node): boolean {
  const search = (child: ts.Node): boolean => {
    if (ts.isCallExpression(child) && /^(describe|test|it)\b/.test(child.expression.getText())) {
      return true;
    }
    return !ts.isFunctionLike(child) && (ts.forEachChild(child, search) ?? false);
  };
  return ts.forEachChild(node, search) ?? false;
}

/** One circle of imports among the files, as a list of paths that ends where it began; undefined if there is none. */
export function findCycle(edges: ReadonlyMap<string, readonly string[]>): string[] | undefined {
  const finished = new Set<string>();
  const visit = (path: string, way: readonly string[]): string[] | undefined => {
    if (way.includes(path)) {
      return [...way.slice(way.indexOf(path)), path];
    }
    if (finished.has(path)) {
      return undefined;
    }
    for (const next of edges.get(path) ?? []) {
      const cycle = visit(next, [...way, path]);
      if (cycle !== undefined) {
        return cycle;
      }
    }
    finished.add(path);
    return undefined;
  };
  for (const path of edges.keys()) {
    const cycle = visit(path, []);
    if (cycle !== undefined) {
      return cycle;
    }
  }
  return undefined;
}
