using System.CommandLine;
using CodeCrafter.Bench.Contenders;

namespace CodeCrafter.Bench.Commands;

/// <summary>Options that several commands have.</summary>
internal static class CommonOptions
{
    public static Option<string> Server() => new("--server")
    {
        Description = "CodeCrafter.Server.dll to start; by default the published one",
        DefaultValueFactory = _ => Path.Combine(Repository.Root, ServerProcess.PublishedProgram),
    };

    public static Option<string?> Output() => new("--output")
    {
        Description = "the folder for the JSON file; artifacts/bench by default",
    };

    public static Option<string[]> Languages()
    {
        var option = new Option<string[]>("--languages")
        {
            Description = "these languages instead of all",
            AllowMultipleArgumentsPerToken = true,
            DefaultValueFactory = _ => [],
        };
        option.AcceptOnlyFromAmong([.. HelloLanguage.All.Select(language => language.Language)]);
        return option;
    }

    public static Option<int> Number(string name, int value, int minimum, string description)
    {
        var option = new Option<int>(name) { Description = description, DefaultValueFactory = _ => value };
        option.Validators.Add(result =>
        {
            if (result.GetValueOrDefault<int>() < minimum)
            {
                result.AddError($"{name} is at least {minimum}.");
            }
        });
        return option;
    }

    /// <summary>An option that takes some of a few words.</summary>
    public static Option<string[]> Choice(string name, IReadOnlyList<string> among, IReadOnlyList<string> preset, string description)
    {
        var option = new Option<string[]>(name) { Description = description, AllowMultipleArgumentsPerToken = true, DefaultValueFactory = _ => [.. preset] };
        option.AcceptOnlyFromAmong([.. among]);
        return option;
    }
}
