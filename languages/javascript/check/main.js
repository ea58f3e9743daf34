const [, , ...args] = process.argv;
if (args[0] === "fail") {
  throw new Error("broken on purpose");
}
console.log(args.join("|"), require("fs").readFileSync(0, "utf8"));
