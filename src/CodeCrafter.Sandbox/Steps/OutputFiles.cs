namespace CodeCrafter.Sandbox.Steps;

/// <summary>Turns what was collected from a workspace into what a request gets back.</summary>
internal static class OutputFiles
{
    /// <summary>The files whose names a request could have too; the others count as left out.</summary>
    public static (IReadOnlyList<OutputFile> Files, int Omitted) Proper(IReadOnlyList<ArtifactFile> collected, int omitted)
    {
        const string folder = SandboxPaths.Workspace + "/";
        var proper = collected
            .Where(file => file.Path.StartsWith(folder, StringComparison.Ordinal) && RequestRules.CheckPath(file.Path[folder.Length..]) is null)
            .Select(file => new OutputFile(file.Path[folder.Length..], file.Content.ToArray()))
            .ToList();
        return (proper, omitted + collected.Count - proper.Count);
    }
}
