using System.CommandLine;
using CodeCrafter.Bench.Commands;

// Each command is a comparison that prints a table and writes its samples under artifacts/bench. docs/BENCHMARKS.md
// tells how to repeat them and what came out.
var root = new RootCommand("Measures CodeCrafter beside its peers, in one run on one machine.")
{
    ExecuteCommand.Create(),
    ThroughputCommand.Create(),
    LeaksCommand.Create(),
    StartCommand.Create(),
};

return await root.Parse(args).InvokeAsync();
