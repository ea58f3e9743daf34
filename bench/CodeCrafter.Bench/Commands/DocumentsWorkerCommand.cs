using System.CommandLine;
using System.Globalization;
using CodeCrafter.Bench.Documents;

namespace CodeCrafter.Bench.Commands;

/// <summary>What <see cref="DocumentsCommand"/> starts for CodeCrafter.Crdt; not for people.</summary>
internal static class DocumentsWorkerCommand
{
    public const string Name = "documents-worker";

    public static Command Create()
    {
        var arguments = new Argument<string[]>("arguments") { Arity = new ArgumentArity(5, 5), Description = "WORKLOAD UPDATES STATE STEP,STEP SECONDS" };
        var command = new Command(Name, "Does the steps of one workload; the command documents starts it.") { arguments };
        command.Hidden = true;
        command.SetAction(parsed =>
        {
            var values = parsed.GetRequiredValue(arguments);
            DocumentWorker.Run(values[0], values[1], values[2], values[3].Split(','), double.Parse(values[4], CultureInfo.InvariantCulture));
        });
        return command;
    }
}
