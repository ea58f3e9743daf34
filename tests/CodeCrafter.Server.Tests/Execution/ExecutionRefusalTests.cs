using CodeCrafter.Server.Tests.Fixture;

namespace CodeCrafter.Server.Tests.Execution;

/// <summary>Requests to run something that are wrong, and are answered with what is wrong with them.</summary>
public sealed class ExecutionRefusalTests(SharedServer shared) : IClassFixture<SharedServer>
{
    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("""{"language":"python","code":"1","limits":{"memory":64}}""", "$.limits.memory")]
    [InlineData("""{"language":"python","code":"1","stdinn":"x"}""", "$.stdinn")]
    [InlineData("""{"language":"python","code":"1","testCases":[{"expectedOutput":"1","hiden":true}]}""", "$.testCases[0].hiden")]
    public async Task A_misspelt_option_is_refused_and_named(string body, string path)
    {
        var alice = await shared.NewUserAsync();

        var response = await alice.Http.PostAsync("/api/execute", new StringContent(body, System.Text.Encoding.UTF8, "application/json"), Stop);

        Assert.Equal(System.Net.HttpStatusCode.BadRequest, response.StatusCode);
        Assert.Contains(path, await response.Content.ReadAsStringAsync(Stop));
    }

    public static TheoryData<string, int, string> BadRequests => new()
    {
        { """{"code":"1"}""", 400, "missing_language" },
        { """{"language":"klingon","code":"1"}""", 400, "unknown_language" },
        { """{"language":"python"}""", 400, "missing_code" },
        { """{"language":"python","files":[]}""", 400, "missing_code" },
        { """{"language":"python","code":"1","files":[{"path":"main.py","content":""}]}""", 400, "code_and_files" },
        { """{"language":"python","files":[{"path":"../main.py","content":""}]}""", 400, "invalid_path" },
        { """{"language":"python","files":[{"path":"/main.py","content":""}]}""", 400, "invalid_path" },
        { """{"language":"python","files":[{"path":"a\nb","content":""}]}""", 400, "invalid_path" },
        { """{"language":"python","files":[{"path":"a"}]}""", 400, "invalid_path" },
        { """{"language":"python","files":[null]}""", 400, "invalid_path" },
        { """{"language":"python","files":[{"path":"a","content":""},{"path":"a","content":""}]}""", 400, "missing_entry" },
        { """{"language":"python","entry":"a","files":[{"path":"a","content":""},{"path":"a","content":""}]}""", 400, "invalid_request" },
        { """{"language":"python","entry":"x.py","files":[{"path":"a.py","content":""}]}""", 400, "missing_entry" },
        { """{"language":"c","files":[{"path":"main.py","content":""}]}""", 400, "invalid_request" },
        { """{"language":"python","code":"1","limits":{"memoryMb":100000}}""", 400, "limit_out_of_range" },
        { """{"language":"python","code":"1","limits":{"cpuTimeMs":0}}""", 400, "limit_out_of_range" },
        { """{"language":"python","code":"1","limits":{"processes":-1}}""", 400, "limit_out_of_range" },
        { """{"language":"python","code":"1","args":["a\u0000"]}""", 400, "invalid_args" },
        { """{"language":"python","code":"1","mode":"later"}""", 400, "invalid_mode" },
        { """{"language":"python","code":"1","terminal":{"columns":80,"rows":24}}""", 400, "terminal_needs_hub" },
        { """{"language":"python","code":"1","sessionId":"11111111-1111-1111-1111-111111111111"}""", 404, "session_not_found" },
        { """{"language":"python","code":5}""", 400, "malformed_json" },
        { """{"language":""", 400, "malformed_json" },
    };

    [Theory]
    [MemberData(nameof(BadRequests))]
    public async Task A_bad_request_is_answered_with_what_is_wrong(string body, int status, string code)
    {
        var alice = await shared.NewUserAsync();

        using var content = new StringContent(body, System.Text.Encoding.UTF8, "application/json");
        using var response = await alice.Http.PostAsync("/api/execute", content, Stop);

        await response.MustBeProblemAsync(status, code);
    }

    [Fact]
    public async Task Who_names_an_unknown_language_hears_which_there_are()
    {
        var alice = await shared.NewUserAsync();
        foreach (var (path, body) in new[] { ("/api/execute", """{"language":"klingon","code":"1"}"""), ("/api/sessions/create", """{"title":"x","language":"klingon"}""") })
        {
            using var content = new StringContent(body, System.Text.Encoding.UTF8, "application/json");
            using var response = await alice.Http.PostAsync(path, content, Stop);

            await response.MustBeProblemAsync(400, "unknown_language");
            Assert.Matches("'klingon' here, but bash, c, cpp, .*python", await response.Content.ReadAsStringAsync(Stop));
        }
    }

    [Theory]
    [InlineData("""{"code":"1"}""", "language")]
    [InlineData("""{"language":"klingon","code":"1"}""", "language")]
    [InlineData("""{"language":"python","files":[{"path":"a.py","content":""},{"path":"../b.py","content":""}]}""", "files[1].path")]
    [InlineData("""{"language":"python","files":[null]}""", "files[0]")]
    [InlineData("""{"language":"python","entry":"x.py","files":[{"path":"a.py","content":""}]}""", "entry")]
    [InlineData("""{"language":"python","code":"1","args":["a\u0000"]}""", "args")]
    [InlineData("""{"language":"python","code":"1","mode":"later"}""", "mode")]
    [InlineData("""{"language":"python","code":"1","terminal":{"columns":80,"rows":24}}""", "terminal")]
    public async Task A_bad_field_is_named(string body, string field)
    {
        var alice = await shared.NewUserAsync();

        using var content = new StringContent(body, System.Text.Encoding.UTF8, "application/json");
        using var response = await alice.Http.PostAsync("/api/execute", content, Stop);

        var problem = await response.ReadAsync<ProblemDto>(400);
        var (name, texts) = Assert.Single(problem.Errors!);
        Assert.Equal((field, problem.Detail), (name, Assert.Single(texts)));
    }

    [Fact]
    public async Task All_bad_limits_are_named_at_once()
    {
        var alice = await shared.NewUserAsync();

        using var response = await alice.ExecuteAsync(new
        {
            language = "python",
            code = "1",
            limits = new { cpuTimeMs = 0, wallTimeMs = 20_000, memoryMb = 100_000, processes = 1000, outputBytes = 0 },
        });

        var problem = await response.MustBeProblemAsync(400, "limit_out_of_range");
        Assert.Equal(
            new Dictionary<string, string[]>
            {
                ["limits.cpuTimeMs"] = ["'cpuTimeMs' must be from 100 to 30000."],
                ["limits.memoryMb"] = ["'memoryMb' must be from 16 to 1024."],
                ["limits.processes"] = ["'processes' must be from 1 to 256."],
                ["limits.outputBytes"] = ["'outputBytes' must be from 1 to 4194304."],
            },
            problem.Errors);
        Assert.Equal(string.Join(' ', problem.Errors!.Values.Select(texts => texts[0])), problem.Detail);
    }

    public static TheoryData<string, string> BadCases => new()
    {
        { "[]", "testCases" },
        { "[null]", "testCases[0]" },
        { """[{"expectedOutput":"1"},{"stdin":"1"}]""", "testCases[1].expectedOutput" },
        { """[{"expectedOutput":"1","compare":"loosely"}]""", "testCases[0].compare" },
        { """[{"expectedOutput":"1","compare":"Exact"}]""", "testCases[0].compare" },
        { """[{"expectedOutput":"1","compare":"float","tolerance":-1}]""", "testCases[0].tolerance" },
        { """[{"expectedOutput":"1","compare":"float","tolerance":1e999}]""", "testCases[0].tolerance" },
        { """[{"expectedOutput":"1","tolerance":1}]""", "testCases[0].tolerance" },
        { """[{"expectedOutput":"(","compare":"regex"}]""", "testCases[0].expectedOutput" },
        { """[{"expectedOutput":"(a)\\1","compare":"regex"}]""", "testCases[0].expectedOutput" },
        { $$"""[{"expectedOutput":"1","name":"{{new string('n', 201)}}"}]""", "testCases[0].name" },
        { $"[{string.Join(',', Enumerable.Repeat("""{"expectedOutput":"1"}""", 101))}]", "testCases" },
        { $"[{string.Join(',', Enumerable.Repeat($$"""{"expectedOutput":"{{new string('1', 801)}}","compare":"regex"}""", 5))}]", "testCases" },
    };

    [Theory]
    [MemberData(nameof(BadCases))]
    public async Task A_bad_case_is_refused_and_the_field_named(string cases, string field)
    {
        var alice = await shared.NewUserAsync();

        using var content = new StringContent($$"""{"language":"python","code":"1","testCases":{{cases}}}""", System.Text.Encoding.UTF8, "application/json");
        using var response = await alice.Http.PostAsync("/api/execute", content, Stop);

        var problem = await response.MustBeProblemAsync(400, "invalid_test_cases");
        Assert.Equal([field], problem.Errors!.Keys);
        Assert.Contains($"'{field}'", problem.Detail, StringComparison.Ordinal);
    }
}
