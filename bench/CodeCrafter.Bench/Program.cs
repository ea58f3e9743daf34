using System.CommandLine;
using CodeCrafter.Bench.Commands;
using CodeCrafter.Bench.Contenders;

// Each command is a comparison that prints tables and writes its samples to artifacts/bench. docs/BENCHMARKS.md tells
// what is measured and what came out.
var root = new RootCommand("Measures CodeCrafter beside its peers, in one run on one machine.")
{
    ExecuteCommand.Create(),
    ThroughputCommand.Create(),
    LeaksCommand.Create(),
    StartCommand.Create(),
    DocumentsCommand.Create(),
    DocumentsWorkerCommand.Create(),
    GrowthCommand.Create(),
    CollaborationCommand.Create(),
    RevocationsCommand.Create(),
    ApiCommand.Create(),
};

try
{
    return await root.Parse(args).InvokeAsync(new InvocationConfiguration { EnableDefaultExceptionHandler = false });
}
catch (Exception exception) when (exception is WrongAnswerException or FileNotFoundException or InvalidOperationException)
{
    Console.Error.WriteLine($"error: {exception.Message}");
    return 1;
}
