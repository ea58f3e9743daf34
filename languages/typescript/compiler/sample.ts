// What compile.js compiles first: a little of everything that programs have. It never runs.
interface Shape {
  readonly name: string;
  area(): number;
}

abstract class Named implements Shape {
  constructor(readonly name: string) {}
  abstract area(): number;
}

class Square extends Named {
  #side: number;
  constructor(side: number) {
    super("square");
    this.#side = side;
  }
  area() {
    return this.#side ** 2;
  }
}

enum Kind {
  One,
  Two,
}

type Tree<T> = { value: T; children: Tree<T>[] } | null;

function depth<T>(tree: Tree<T>): number {
  return tree === null ? 0 : 1 + Math.max(0, ...tree.children.map(depth));
}

async function main(args: string[]): Promise<void> {
  const counts = new Map<string, number>();
  for (const arg of args) {
    counts.set(arg, (counts.get(arg) ?? 0) + 1);
  }
  const sorted = [...counts].sort(([a], [b]) => a.localeCompare(b)).filter(([, n]) => n > 1);
  const { name, ...rest } = { name: "x", size: 1, kind: Kind.One };
  const lines: string[] = process.argv.join(" ").split("\n");
  try {
    await Promise.all(sorted.map(async ([key]) => key.toUpperCase()));
    console.log(`Hello, ${name}! ${rest.size} ${depth({ value: 1, children: [] })} ${lines.length}`);
  } catch (error) {
    console.error(error instanceof Error ? error.message : JSON.stringify(error));
  }
  switch (rest.kind) {
    case Kind.One:
      console.log(new Square(3).area());
      break;
  }
  let total = 0;
  for (let i = 0; i < 10; i++) {
    total += i % 2 === 0 ? i : -i;
  }
  setTimeout(() => console.log(total), 10);
}

main([]);
