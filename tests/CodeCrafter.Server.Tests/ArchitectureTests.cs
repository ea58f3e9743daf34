using System.Reflection;
using System.Runtime.CompilerServices;
using System.Text.RegularExpressions;

namespace CodeCrafter.Server.Tests;

/// <summary>Holds the directions between the rooms of the server. A room is a folder and a namespace of the same name.</summary>
public sealed partial class ArchitectureTests
{
    // What each room may refer to. Nobody refers to Collaboration but Storage, which maps what the rooms own and
    // implements what they ask for. Platform knows Auth only to count requests by user.
    private static readonly Dictionary<string, string[]> _allowed = new()
    {
        ["Platform"] = ["Auth"],
        ["Auth"] = ["Platform"],
        ["Sessions"] = ["Auth", "Platform"],
        ["Execution"] = ["Sessions", "Auth", "Platform"],
        ["Collaboration"] = ["Execution", "Sessions", "Auth", "Platform"],
        ["Storage"] = ["Auth", "Sessions", "Execution", "Collaboration", "Platform"],
    };

    [Fact]
    public void Each_room_refers_only_to_those_that_it_may()
    {
        var seen = References().Distinct().ToArray();
        Assert.Contains(seen, reference => reference is { From: "Sessions", To: "Auth" });
        Assert.Contains(seen, reference => reference is { From: "Storage", To: "Auth" });
        Assert.DoesNotContain(seen, reference => !_allowed[reference.From].Contains(reference.To));
    }

    [Fact]
    public void Every_folder_of_the_server_is_a_room() => Assert.Empty(
        Directory.GetDirectories(SourceFolder()).Select(Path.GetFileName).Except([.. _allowed.Keys, "bin", "obj", "wwwroot", "Properties"]));

    [Theory]
    [InlineData("CodeCrafter.Crdt")]
    [InlineData("CodeCrafter.Sandbox")]
    public void The_libraries_know_neither_each_other_nor_the_server_nor_ASPNET(string name)
    {
        var references = Assembly.Load(name).GetReferencedAssemblies().Select(reference => reference.Name!).ToArray();
        Assert.DoesNotContain(references, reference => reference.StartsWith("CodeCrafter.", StringComparison.Ordinal));
        Assert.DoesNotContain(references, reference => reference.StartsWith("Microsoft.AspNetCore", StringComparison.Ordinal));
    }

    private static IEnumerable<(string From, string To, string File)> References() =>
        from room in _allowed.Keys
        let folder = Path.Combine(SourceFolder(), room)
        where Directory.Exists(folder)
        from file in Directory.EnumerateFiles(folder, "*.cs", SearchOption.AllDirectories)
        from match in Reference().Matches(File.ReadAllText(file))
        let to = match.Groups[1].Value
        where to != room
        select (room, to, Path.GetFileName(file));

    private static string SourceFolder([CallerFilePath] string thisFile = "") =>
        Path.GetFullPath(Path.Combine(thisFile, "../../../src/CodeCrafter.Server"));

    // A room is reached by its full name, in a using or before a type, or by its last part before a type.
    [GeneratedRegex(@"(?:\bCodeCrafter\.Server\.|(?<![\w.]))(Platform|Auth|Sessions|Execution|Collaboration|Storage)(?:;|\.[A-Z])")]
    private static partial Regex Reference();
}
