import { readFileSync } from "fs";

const args: string[] = process.argv.slice(2);
if (args[0] === "fail") {
  throw new Error("broken on purpose");
}
console.log(args.join("|"), readFileSync(0, "utf8"));
