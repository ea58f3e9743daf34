namespace CodeCrafter.Sandbox.Languages;

/// <summary>What a manifest of the right shape must keep to besides.</summary>
internal static class ManifestRules
{
    private static readonly string[] _parks = ["{entry}", "{sourceList}"];

    /// <summary>What is wrong, each with the member that it is in.</summary>
    /// <param name="manifest">The manifest.</param>
    /// <param name="folder">The name of its folder.</param>
    /// <param name="ids">The names of all folders.</param>
    public static IEnumerable<string> Check(LanguageManifest manifest, string folder, IReadOnlySet<string> ids) =>
    [
        .. CheckNames(manifest, folder, ids),
        .. CheckPrograms(manifest),
        .. manifest.Compile is { } compile ? CheckCommand(compile, "compile") : [],
        .. CheckCommand(manifest.Run, "run"),
        .. manifest.Cache is { } cache ? CheckCache(cache) : [],
    ];

    private static IEnumerable<string> CheckNames(LanguageManifest manifest, string folder, IReadOnlySet<string> ids)
    {
        if (manifest.Id != folder)
        {
            yield return $"'id' is '{manifest.Id}', and must be the folder's name, '{folder}'";
        }
        else if (folder != folder.ToLowerInvariant())
        {
            yield return $"'id', and the folder's name with it, must be in lower case: '{folder.ToLowerInvariant()}'";
        }
        if (RequestRules.CheckPath(manifest.FileName) is { } problem)
        {
            yield return $"'fileName' cannot be '{manifest.FileName}': {problem.TrimEnd('.')}";
        }
        foreach (var alias in manifest.Aliases.GroupBy(alias => alias).Where(same => same.Count() > 1).Select(same => same.Key))
        {
            yield return $"'aliases' has '{alias}' twice";
        }
        foreach (var alias in manifest.Aliases.Distinct())
        {
            if (alias != alias.ToLowerInvariant())
            {
                yield return $"'aliases' has '{alias}', which must be in lower case: '{alias.ToLowerInvariant()}'";
            }
            if (ids.Contains(alias))
            {
                yield return $"'aliases' has '{alias}', which is the id of a language already";
            }
        }
    }

    private static IEnumerable<string> CheckPrograms(LanguageManifest manifest)
    {
        foreach (var path in manifest.Requires.Where(path => !path.StartsWith('/')))
        {
            yield return $"'requires' has '{path}', and must have paths from the root, such as /usr/bin/{Path.GetFileName(path)}";
        }
        if (manifest.Version.Count == 0)
        {
            yield return "'version' must be a program and its arguments";
        }
        if (manifest.Compile is not null && manifest.Output?.StartsWith("/build/", StringComparison.Ordinal) != true)
        {
            yield return "'output' must be the path, below /build/, of what the compiler makes";
        }
    }

    private static IEnumerable<string> CheckCommand(CommandTemplate template, string path)
    {
        if (template.Command.Count == 0)
        {
            yield return $"'{path}.command' must be a program and its arguments";
        }
        // Sandboxes start a program by its path, and look for its name nowhere.
        else if (template.Command[0] is var program && !program.StartsWith('/') && !program.StartsWith("{cache}/", StringComparison.Ordinal))
        {
            var name = program.Contains('{') || program.EndsWith('/') ? "" : Path.GetFileName(program);
            yield return $"'{path}.command[0]' is '{program}', and must be the path of a program from the root, such as /usr/bin/{(name.Length > 0 ? name : "perl")}";
        }
        for (var i = 0; i < template.Command.Count; i++)
        {
            foreach (var problem in CheckPlaceholders(template.Command[i], $"{path}.command[{i}]", Placeholders.Texts, Placeholders.Lists))
            {
                yield return problem;
            }
        }
        foreach (var problem in template.Environment.SelectMany(variable => CheckPlaceholders(variable.Value, $"{path}.environment.{variable.Key}", Placeholders.Texts, [])))
        {
            yield return problem;
        }
        if (template.Park is { } park && !_parks.Contains(park))
        {
            yield return $"'{path}.park' is '{park}', and must be {string.Join(" or ", _parks)}";
        }
        foreach (var problem in template.Cached is { } cached ? CheckCommand(cached, path + ".cached") : [])
        {
            yield return problem;
        }
    }

    private static IEnumerable<string> CheckCache(CacheRecipe cache) =>
    [
        .. cache.Fill.Count > 0 ? [] : (string[])["'cache.fill' must be a program and its arguments"],
        .. cache.Fill.SelectMany((part, i) => CheckPlaceholders(part, $"cache.fill[{i}]", Placeholders.OfCache, [])),
        .. cache.Environment.SelectMany(variable => CheckPlaceholders(variable.Value, $"cache.environment.{variable.Key}", Placeholders.OfCache, [])),
    ];

    private static IEnumerable<string> CheckPlaceholders(string text, string path, IReadOnlyList<string> texts, IReadOnlyList<string> lists)
    {
        foreach (var name in Placeholders.In(text))
        {
            if (lists.Contains(name))
            {
                if (text != $"{{{name}}}")
                {
                    yield return $"'{path}' has {{{name}}} within an argument, and it must be one of its own, since it stands for any number of them";
                }
            }
            else if (!texts.Contains(name))
            {
                yield return $"'{path}' has the placeholder {{{name}}}, which is not known; known here are {string.Join(", ", lists.Concat(texts).Select(known => $"{{{known}}}"))} "
                    + $"(for the text {{{name}}} itself write {{{{{name}}}}})";
            }
        }
    }
}
