using System.Text.Json;
using CodeCrafter.Server.Execution;
using CodeCrafter.Server.Storage.Sql;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Infrastructure;
using Microsoft.EntityFrameworkCore.Migrations;
using Microsoft.Extensions.Options;

namespace CodeCrafter.Server.Tests.Storage;

/// <summary>What an older version of the server has stored is there, and right, after an update.</summary>
public sealed class MigrationTests : IDisposable
{
    private readonly DirectoryInfo _directory = Directory.CreateTempSubdirectory();
    private readonly PooledDbContextFactory<AppDbContext> _contexts;

    public MigrationTests() => _contexts = new PooledDbContextFactory<AppDbContext>(new DbContextOptionsBuilder<AppDbContext>()
        .UseSqlite($"Data Source={Path.Combine(_directory.FullName, "old.db")};Pooling=False").Options);

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Results_from_before_they_were_bounded_are_whole_and_lists_of_them_are_short()
    {
        var (user, session, small, large) = (Guid.NewGuid(), Guid.NewGuid(), Guid.NewGuid(), Guid.NewGuid());
        var output = string.Concat(Enumerable.Repeat("wide \u00e9 \"quoted\"\n", 4000));
        await using (var db = await _contexts.CreateDbContextAsync(Stop))
        {
            await db.GetService<IMigrator>().MigrateAsync("20261125122231_PublicLinks", Stop);
            await InsertAsync(db, small, session, user, created: 1, "print(1)", Step("1\n"), compile: null, cases: null);
            await InsertAsync(db, large, session, user, created: 2, "print('x' * 9)", Step(output), Step(""), [
                new { index = 0, hidden = false, compare = "trimmed", run = Step("seen"), stdin = "in", expectedOutput = "out" },
                new { index = 1, hidden = true, compare = "trimmed", run = (object?)null, stdin = "in", expectedOutput = "out" }]);
            await db.Database.ExecuteSqlAsync($"INSERT INTO execution_files (ExecutionId, Path, Content) VALUES ({large}, 'plot.png', {new byte[1000]})", Stop);

            await db.Database.MigrateAsync(Stop);
        }

        var store = new SqlExecutionStore(_contexts, Options.Create(new ExecutionOptions()));
        var (page, total) = await store.ListAsync(session, 0, 10, Stop);
        Assert.Equal(2, total);
        Assert.Equal([large, small], page.Select(execution => execution.Id));
        Assert.Equal((true, "", true), (page[0].IsShortened, page[0].Run!.Stdout, page[0].Run!.StdoutTruncated));
        Assert.Equal(["", ""], page[0].TestCases!.Select(result => result.Stdin));
        Assert.Equal(("main.py", "", true), (page[0].Files[0].Path, page[0].Files[0].Content, page[0].Files[0].Truncated));
        Assert.InRange(page[0].Size, output.Length + 1000, 3 * output.Length);
        Assert.Equal((false, "1\n", "print(1)"), (page[1].IsShortened, page[1].Run!.Stdout, page[1].Files[0].Content));

        var whole = (await store.FindAsync(large, Stop))!;
        Assert.Equal((output, false), (whole.Texts.Run!.Stdout, whole.Texts.Run.StdoutTruncated));
        Assert.Equal("print('x' * 9)", Assert.Single(whole.Details!.Files).Content);
        Assert.Equal(["seen", null], whole.Texts.TestCases!.Select(result => result.Run?.Stdout));
        Assert.Null((await store.FindAsync(small, Stop))!.Details);
        Assert.Equal(1000, (await store.FindFileAsync(large, "plot.png", Stop))!.Length);
    }

    public void Dispose() => _directory.Delete(recursive: true);

    private static object Step(string stdout) => new
    {
        stdout, stderr = "", exitCode = 0, signal = (string?)null, cpuTimeMs = 1.5, wallTimeMs = 2.5, memoryBytes = 1000L,
        stdoutTruncated = false, stderrTruncated = false, limitExceeded = (string?)null,
    };

    private static Task InsertAsync(
        AppDbContext db, Guid id, Guid session, Guid user, long created, string code, object run, object? compile, object[]? cases) =>
        db.Database.ExecuteSqlAsync($"""
            INSERT INTO executions (Id, SessionId, UserId, Username, Language, Version, Entry, CreatedAt, StartedAt, FinishedAt, StatusId,
                Files, Compile, Run, TestCases, OutputFiles, OutputFilesOmitted)
            VALUES ({id}, {session}, {user}, 'old', 'python', '3.11', 'main.py', {created}, {created}, {created}, 3,
                {ToJson(new[] { new { path = "main.py", content = code } })}, {ToJson(compile)}, {ToJson(run)}, {ToJson(cases)}, '[]', 0)
            """, Stop);

    private static string? ToJson(object? value) => value is null ? null : JsonSerializer.Serialize(value, JsonSerializerOptions.Web);
}
