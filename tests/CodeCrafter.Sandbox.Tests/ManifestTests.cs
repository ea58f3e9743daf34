using CodeCrafter.Sandbox.Languages;

namespace CodeCrafter.Sandbox.Tests;

/// <summary>Folders with a mistake in them: it is told in the words of whoever made it, and the other languages are there.</summary>
public sealed class ManifestTests : IDisposable
{
    private const string Names = "\"id\":\"bad\",\"name\":\"X\",\"fileName\":\"x\"";
    private const string Programs = "\"requires\":[],\"packages\":[],\"version\":[\"/bin/false\"]";
    private const string Run = "\"run\":{\"command\":[\"/usr/bin/x\",\"{entry}\",\"{args}\"]}";

    private readonly string _directory = Directory.CreateTempSubdirectory("codecrafter-languages-").FullName;

    public void Dispose() => Directory.Delete(_directory, recursive: true);

    public static TheoryData<string, string> Mistakes => new()
    {
        { "{ not json", "this is no JSON, at line 1: " },
        { "{\n\"id\": }", "this is no JSON, at line 2: " },
        { "[]", "all of it must be an object, not a list" },
        { $"{{{Names},{Run},\"requires\":[],\"packages\":[]}}", "'version' is missing: it must be a list of texts" },
        { $"{{{Names},{Programs},{Run},\"tpyo\":1}}", "'tpyo' is not known; known here are id, name, aliases, fileName, requires, packages, version," },
        { $"{{{Names},{Programs},\"run\":{{\"comand\":[]}}}}", "'run.comand' is not known; known here are command, environment, park, parkWithout, parkUnless, cached" },
        { $"{{{Names},{Programs},\"run\":{{}}}}", "'run.command' is missing: it must be a list of texts" },
        { $"{{{Names},{Programs},{Run},{Run}}}", "'run' is there twice" },
        { $"{{{Names.Replace("\"X\"", "5")},{Programs},{Run}}}", "'name' must be a text, not a number" },
        { $"{{{Names.Replace("\"X\"", "null")},{Programs},{Run}}}", "'name' must be a text, not null" },
        { $"{{{Names},{Programs.Replace("\"packages\":[]", "\"packages\":\"gawk\"")},{Run}}}", "'packages' must be a list of texts, not a text" },
        { $"{{{Names},{Programs.Replace("\"packages\":[]", "\"packages\":[true]")},{Run}}}", "'packages[0]' must be a text, not true or false" },
        { $"{{{Names},{Programs},\"run\":{{\"command\":[\"/x\"],\"environment\":{{\"A\":1}}}}}}", "'run.environment.A' must be a text, not a number" },
        { $"{{{Names},{Programs},\"run\":{{\"command\":[\"/x\"],\"parkUnless\":\"(\"}}}}", "'parkUnless' is no pattern that can be used: " },
        { $"{{{Names.Replace("\"bad\"", "\"other\"")},{Programs},{Run}}}", "'id' is 'other', and must be the folder's name, 'bad'" },
        { $"{{{Names.Replace("\"x\"", "\"../x\"")},{Programs},{Run}}}", "'fileName' cannot be '../x': " },
        { $"{{{Names},\"aliases\":[\"bash\"],{Programs},{Run}}}", "'aliases' has 'bash', which is the id of a language already" },
        { $"{{{Names},\"aliases\":[\"Bad2\"],{Programs},{Run}}}", "'aliases' has 'Bad2', which must be in lower case: 'bad2'" },
        { $"{{{Names},\"aliases\":[\"a\",\"a\"],{Programs},{Run}}}", "'aliases' has 'a' twice" },
        { $"{{{Names},{Programs.Replace("\"requires\":[]", "\"requires\":[\"gawk\"]")},{Run}}}", "'requires' has 'gawk', and must have paths from the root, such as /usr/bin/gawk" },
        { $"{{{Names},{Programs.Replace("[\"/bin/false\"]", "[]")},{Run}}}", "'version' must be a program and its arguments" },
        { $"{{{Names},{Programs},\"run\":{{\"command\":[]}}}}", "'run.command' must be a program and its arguments" },
        { $"{{{Names},{Programs},{Run},\"compile\":{{\"command\":[\"/x\"]}},\"output\":\"/tmp/x\"}}", "'output' must be the path, below /build/, of what the compiler makes" },
        { $"{{{Names},{Programs},\"run\":{{\"command\":[\"perl\",\"{{entry}}\"]}}}}", "'run.command[0]' is 'perl', and must be the path of a program from the root, such as /usr/bin/perl" },
        { $"{{{Names},{Programs},\"run\":{{\"command\":[\"./bin/awk\"]}}}}", "'run.command[0]' is './bin/awk', and must be the path of a program from the root, such as /usr/bin/awk" },
        { $"{{{Names},{Programs},\"run\":{{\"command\":[\"{{entry}}\"]}}}}", "'run.command[0]' is '{entry}', and must be the path of a program from the root, such as /usr/bin/perl" },
        { $"{{{Names},{Programs},\"run\":{{\"command\":[\"\"]}}}}", "'run.command[0]' is '', and must be the path of a program from the root, such as /usr/bin/perl" },
        { $"{{{Names},{Programs},\"run\":{{\"command\":[\"/x\"],\"cached\":{{\"command\":[\"perl\"]}}}}}}", "'run.cached.command[0]' is 'perl', and must be the path of a program" },
        { $"{{{Names},{Programs},{Run},\"output\":\"/build/x\",\"compile\":{{\"command\":[\"cc\"]}}}}", "'compile.command[0]' is 'cc', and must be the path of a program from the root, such as /usr/bin/cc" },
        { $"{{{Names},{Programs},\"run\":{{\"command\":[\"/x\",\"{{file}}\"]}}}}", "'run.command[1]' has the placeholder {file}, which is not known; known here are {args}, {sources}, {entry}, {entryStem}," },
        { $"{{{Names},{Programs},\"run\":{{\"command\":[\"/x\",\"-o{{Entry}}\"]}}}}", "(for the text {Entry} itself write {{Entry}})" },
        { $"{{{Names},{Programs},\"run\":{{\"command\":[\"/x\",\"all {{args}}\"]}}}}", "'run.command[1]' has {args} within an argument, and it must be one of its own" },
        { $"{{{Names},{Programs},\"run\":{{\"command\":[\"/x\"],\"environment\":{{\"A\":\"{{args}}\"}}}}}}", "'run.environment.A' has the placeholder {args}, which is not known; known here are {entry}," },
        { $"{{{Names},{Programs},\"run\":{{\"command\":[\"/x\"],\"cached\":{{\"command\":[\"{{tmp}}\"]}}}}}}", "'run.cached.command[0]' has the placeholder {tmp}" },
        { $"{{{Names},{Programs},{Run},\"output\":\"/build/x\",\"compile\":{{\"command\":[\"{{language}}\"]}}}}", "'compile.command[0]' has the placeholder {language}" },
        { $"{{{Names},{Programs},{Run},\"cache\":{{\"path\":\"/cache/x\",\"fill\":[\"/x\",\"{{entry}}\"]}}}}", "'cache.fill[1]' has the placeholder {entry}, which is not known; known here are {cache}, {language} (" },
        { $"{{{Names},{Programs},\"run\":{{\"command\":[\"/x\"],\"park\":\"{{sources}}\"}}}}", "'run.park' is '{sources}', and must be {entry} or {sourceList}" },
    };

    [Theory]
    [MemberData(nameof(Mistakes))]
    public async Task Mistake_is_named_with_its_file_and_member_and_the_other_languages_are_there(string manifest, string problem)
    {
        CopyBash();
        Write("bad", "x", "");
        Write("bad", "language.json", manifest);

        var catalog = await LoadAsync();

        Assert.Equal(["bash"], catalog.Languages.Select(language => language.Id));
        var fault = Assert.Single(catalog.Faults);
        Assert.True(fault.IsLeftOut);
        Assert.Equal("bad", fault.Folder);
        Assert.StartsWith("languages/bad/language.json: ", fault.Problem);
        Assert.Contains(problem, fault.Problem);
        Assert.DoesNotContain('\n', fault.Problem);
        // Neither the copy that was read, nor the words of the library that read it.
        Assert.All([_directory, "System.", ".NET", "LanguageManifest", "LineNumber", "BytePosition"], word => Assert.DoesNotContain(word, fault.Problem));
    }

    [Fact]
    public async Task Several_mistakes_are_named_at_once()
    {
        Write("bad", "language.json", """{"id":5,"nam":"X"}""");

        var fault = Assert.Single((await LoadAsync()).Faults);

        Assert.Contains("'id' must be a text, not a number; 'nam' is not known; ", fault.Problem);
        Assert.EndsWith("; and 3 more", fault.Problem);
    }

    [Theory]
    [InlineData(null, "languages/bad/language.json is missing: ")]
    [InlineData($"{{{Names},{Programs},{Run}}}", "languages/bad/x is missing: 'fileName' in language.json names it as the sample, which prints 'Hello, CodeCrafter!'")]
    public async Task Missing_file_is_named(string? manifest, string problem)
    {
        Directory.CreateDirectory(Path.Combine(_directory, "bad"));
        Directory.CreateDirectory(Path.Combine(_directory, ".idea"));
        if (manifest is not null)
        {
            Write("bad", "language.json", manifest);
        }

        var fault = Assert.Single((await LoadAsync()).Faults);

        Assert.Equal("bad", fault.Folder);
        Assert.StartsWith(problem, fault.Problem);
    }

    [Fact]
    public async Task Comments_and_commas_at_the_end_are_allowed()
    {
        Write("bad", "x", "");
        Write("bad", "language.json", $"{{{Names}, // a comment\n{Programs},\"compile\":null,{Run},}}");

        var catalog = await LoadAsync();

        Assert.Empty(catalog.Faults);
        Assert.Equal("bad", Assert.Single(catalog.Languages).Id);
    }

    [Fact]
    public async Task Program_may_be_in_the_cache_or_made_by_the_compiler()
    {
        Write("bad", "x", "");
        Write("bad", "language.json", $$$"""
            {{{{Names}}},{{{Programs}}},"output":"/build/x","run":{"command":["/build/x"]},
             "compile":{"command":["/usr/bin/x"],"cached":{"command":["{cache}/x"]}},
             "cache":{"path":"/cache/x","fill":["sh","{language}/fill.sh","{cache}"]}}
            """);

        Assert.Empty((await LoadAsync()).Faults);
    }

    [Fact]
    public async Task Alias_that_two_folders_claim_is_nobodys_and_both_languages_stay()
    {
        foreach (var id in (string[])["new", "old"])
        {
            Write(id, "x", "");
            Write(id, "language.json", $"{{{Names.Replace("bad", id)},\"aliases\":[\"both\",\"{id}er\"],{Programs},{Run}}}");
        }

        var catalog = await LoadAsync();

        Assert.Null(catalog.Find("both"));
        Assert.Equal("old", catalog.Find("older")?.Id);
        Assert.Equal("new", catalog.Find("newer")?.Id);
        Assert.Equal(["new", "old"], catalog.Faults.Select(fault => fault.Folder));
        Assert.All(catalog.Faults, fault => Assert.False(fault.IsLeftOut));
        Assert.All(catalog.Faults, fault => Assert.EndsWith("'aliases' has 'both', which is nobody's, since several folders claim it: new, old", fault.Problem));
    }

    [Fact]
    public void Placeholders_are_replaced_once_and_two_braces_stand_for_one()
    {
        string? ValueOf(string name) => name switch { "entry" => "{cache}.py", "cache" => "/c", _ => null };

        Assert.Equal("-o{cache}.py:/c", Placeholders.Expand("-o{entry}:{cache}", ValueOf));
        Assert.Equal("{entry} {print} {other} { x } {0}", Placeholders.Expand("{{entry}} {{print}} {other} { x } {0}", ValueOf));
    }

    private Task<LanguageCatalog> LoadAsync() => LanguageCatalog.LoadAsync(_directory, TestContext.Current.CancellationToken);

    private void Write(string folder, string file, string text) =>
        File.WriteAllText(Path.Combine(Directory.CreateDirectory(Path.Combine(_directory, folder)).FullName, file), text);

    private void CopyBash()
    {
        foreach (var file in Directory.GetFiles(Path.Combine(SandboxFixture.LanguagesDirectory, "bash")))
        {
            Write("bash", Path.GetFileName(file), File.ReadAllText(file));
        }
    }
}
