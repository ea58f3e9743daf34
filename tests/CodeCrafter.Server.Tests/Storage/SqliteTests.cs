using CodeCrafter.Server.Auth;
using CodeCrafter.Server.Storage.Sql;
using CodeCrafter.Server.Tests.Fixture;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;

namespace CodeCrafter.Server.Tests.Storage;

public sealed class SqliteTests
{
    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task The_migrations_make_the_whole_model()
    {
        await using var server = await TestServer.StartAsync();
        await using var db = await ContextAsync(server);
        Assert.False(db.Database.HasPendingModelChanges(), "The model has changes without a migration: dotnet ef migrations add");
        Assert.Empty(await db.Database.GetPendingMigrationsAsync(Stop));
    }

    [Fact]
    public async Task A_connection_is_durable_and_keeps_references()
    {
        await using var server = await TestServer.StartAsync();
        await using var db = await ContextAsync(server);
        Assert.Equal("wal", await PragmaAsync(db, "journal_mode"));
        Assert.Equal("2", await PragmaAsync(db, "synchronous"));
        Assert.Equal("1", await PragmaAsync(db, "foreign_keys"));
        Assert.Equal("10000", await PragmaAsync(db, "busy_timeout"));
    }

    [Fact]
    public async Task Times_sort_and_compare_in_queries()
    {
        await using var server = await TestServer.StartAsync();
        await server.RegisterAsync("first");
        await server.RegisterAsync("second");
        await using var db = await ContextAsync(server);
        var users = db.Set<User>();
        var first = await users.SingleAsync(user => user.Username == "first", Stop);
        Assert.Equal(["first", "second"], await users.OrderBy(user => user.CreatedAt).ThenBy(user => user.Id).Select(user => user.Username).ToListAsync(Stop));
        var next = first.CreatedAt.AddMilliseconds(1).ToOffset(TimeSpan.FromHours(5));
        Assert.Equal(["first"], await users.Where(user => user.CreatedAt < next).Select(user => user.Username).ToListAsync(Stop));
        Assert.Equal(TimeSpan.Zero, first.CreatedAt.Offset);
    }

    [Fact]
    public async Task The_second_of_two_updates_of_one_user_is_refused()
    {
        await using var server = await TestServer.StartAsync();
        var alice = await server.RegisterAsync("alice");
        var store = server.Services.GetRequiredService<Microsoft.AspNetCore.Identity.IUserStore<User>>();
        var (one, two) = ((await store.FindByIdAsync(alice.Id.ToString(), Stop))!, (await store.FindByIdAsync(alice.Id.ToString(), Stop))!);
        one.FirstName = "One";
        two.FirstName = "Two";
        Assert.True((await store.UpdateAsync(one, Stop)).Succeeded);
        Assert.False((await store.UpdateAsync(two, Stop)).Succeeded);
        // And the first may go on.
        one.LastName = "More";
        Assert.True((await store.UpdateAsync(one, Stop)).Succeeded);
        var stored = (await store.FindByIdAsync(alice.Id.ToString(), Stop))!;
        Assert.Equal(("One", "More"), (stored.FirstName, stored.LastName));
    }

    private static async Task<AppDbContext> ContextAsync(TestServer server) =>
        await server.Services.GetRequiredService<IDbContextFactory<AppDbContext>>().CreateDbContextAsync(Stop);

    private static async Task<string?> PragmaAsync(AppDbContext db, string name)
    {
        await db.Database.OpenConnectionAsync(Stop);
        await using var command = db.Database.GetDbConnection().CreateCommand();
        command.CommandText = $"PRAGMA {name}";
        return (await command.ExecuteScalarAsync(Stop))?.ToString();
    }
}
