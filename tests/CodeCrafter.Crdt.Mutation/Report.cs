namespace CodeCrafter.Crdt.Mutation;

internal static class Report
{
    /// <summary>Prints what no test notices, and the score of each folder.</summary>
    public static int Print(string folder)
    {
        var outcomes = Results.Read(folder);
        var mutants = Mutant.ReadAll(folder).Where(mutant => outcomes.ContainsKey(mutant.Id)).ToList();
        foreach (var mutant in mutants.OrderBy(mutant => mutant.File).ThenBy(mutant => mutant.Line).ThenBy(mutant => mutant.Column))
        {
            if (outcomes[mutant.Id] is Outcome.Survived or Outcome.NoCoverage)
            {
                Console.WriteLine($"{outcomes[mutant.Id]} {mutant.File}({mutant.Line},{mutant.Column}) #{mutant.Id}: {mutant.Change}");
            }
        }

        Console.WriteLine();
        Console.WriteLine("| folder | mutants | killed | timeout | survived | no coverage | score |");
        Console.WriteLine("|---|---|---|---|---|---|---|");
        foreach (var group in mutants.GroupBy(mutant => Path.GetDirectoryName(mutant.File)!).OrderBy(group => group.Key))
        {
            PrintRow(group.Key.Length > 0 ? $"`{group.Key}`" : "root", [.. group.Select(mutant => outcomes[mutant.Id])]);
        }

        PrintRow("together", [.. mutants.Select(mutant => outcomes[mutant.Id])]);
        return 0;
    }

    private static void PrintRow(string name, List<Outcome> outcomes)
    {
        var (killed, timeout) = (Count(Outcome.Killed), Count(Outcome.Timeout));
        Console.WriteLine($"| {name} | {outcomes.Count} | {killed} | {timeout} | {Count(Outcome.Survived)} | {Count(Outcome.NoCoverage)} | {100.0 * (killed + timeout) / outcomes.Count:F1} % |");

        int Count(Outcome outcome) => outcomes.Count(other => other == outcome);
    }
}
