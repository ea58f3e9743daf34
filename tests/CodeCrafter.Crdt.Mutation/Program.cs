using CodeCrafter.Crdt.Mutation;

// mutate.sh gives the commands.
return args switch
{
    ["install", var folder] => MutatedLibrary.Install(folder),
    ["coverage", var folder] => await Coverage.MeasureAsync(folder),
    ["test", var folder, var part, var parts] => await Worker.RunAsync(folder, int.Parse(part), int.Parse(parts)),
    ["report", var folder] => Report.Print(folder),
    _ => throw new ArgumentException("usage: install|coverage|report FOLDER, or test FOLDER PART PARTS"),
};
