using System.Text.Json;
using CodeCrafter.Server.Collaboration.Hubs;
using CodeCrafter.Server.Tests.Fixture;
using Microsoft.AspNetCore.SignalR;
using Microsoft.Extensions.DependencyInjection;

namespace CodeCrafter.Server.Tests.Collaboration;

public sealed class ChatHistoryTests(SharedServer shared) : IClassFixture<SharedServer>
{
    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Messages_come_a_page_at_a_time_each_once_and_new_ones_do_not_move_the_pages()
    {
        var alice = await shared.NewUserAsync();
        var session = await alice.CreateSessionAsync();
        await using var hub = await alice.ConnectHubAsync();
        await hub.JoinAsync(session.Id);
        // Several in one millisecond too.
        var store = shared.Server.Services.GetRequiredService<IChatStore>();
        for (var i = 0; i < 25; i++)
        {
            await store.AddAsync(Message(session.Id, alice, i), Stop);
        }

        var pages = new List<string[]>();
        Guid? before = null;
        do
        {
            var page = await GetAsync(alice, session.Id, before, 10);
            pages.Add([.. page.GetProperty("messages").EnumerateArray().Select(message => message.GetProperty("text").GetString()!)]);
            before = page.GetProperty("nextBefore").ValueKind == JsonValueKind.Null ? null : page.GetProperty("nextBefore").GetGuid();
            await hub.InvokeAsync("SendMessage", session.Id, "new");
        }
        while (before is not null);

        Assert.Equal([10, 10, 5], pages.Select(page => page.Length));
        Assert.Equal(Enumerable.Range(0, 25).Select(i => $"message {i}"), pages.AsEnumerable().Reverse().SelectMany(page => page));
    }

    [Fact]
    public async Task The_hub_gives_the_same_pages_and_the_join_says_where_they_begin()
    {
        var alice = await shared.NewUserAsync();
        var session = await alice.CreateSessionAsync();
        await using var hub = await alice.ConnectHubAsync();
        Assert.Equal(JsonValueKind.Null, (await hub.JoinAsync(session.Id)).GetProperty("nextBefore").ValueKind);
        var store = shared.Server.Services.GetRequiredService<IChatStore>();
        for (var i = 0; i < 101; i++)
        {
            await store.AddAsync(Message(session.Id, alice, i), Stop);
        }

        var overview = await hub.JoinAsync(session.Id);
        Assert.Equal(100, overview.GetProperty("messages").GetArrayLength());
        var before = overview.GetProperty("nextBefore").GetGuid();
        var page = await hub.InvokeAsync<JsonElement>("GetMessages", session.Id, before, 50);
        Assert.Equal("message 0", Assert.Single(page.GetProperty("messages").EnumerateArray()).GetProperty("text").GetString());
        Assert.Equal((await GetAsync(alice, session.Id, before, 50)).GetRawText(), page.GetRawText());
    }

    [Fact]
    public async Task A_page_before_no_message_of_the_session_is_refused()
    {
        var alice = await shared.NewUserAsync();
        var (session, other) = (await alice.CreateSessionAsync(), await alice.CreateSessionAsync());
        var message = Message(other.Id, alice, 1);
        await shared.Server.Services.GetRequiredService<IChatStore>().AddAsync(message, Stop);
        using var response = await alice.Http.GetAsync($"/api/sessions/{session.Id}/messages?before={message.Id}", Stop);
        await response.MustBeProblemAsync(400, "invalid_cursor");
        using var limit = await alice.Http.GetAsync($"/api/sessions/{session.Id}/messages?limit=201", Stop);
        await limit.MustBeProblemAsync(400, "validation_failed");
        await using var hub = await alice.ConnectHubAsync();
        var cursor = await Assert.ThrowsAsync<HubException>(() => hub.InvokeAsync("GetMessages", session.Id, message.Id, 10));
        Assert.Contains("invalid_cursor", cursor.Message, StringComparison.Ordinal);
        var size = await Assert.ThrowsAsync<HubException>(() => hub.InvokeAsync("GetMessages", session.Id, null, 0));
        Assert.Contains("invalid_limit", size.Message, StringComparison.Ordinal);
    }

    private static ChatMessage Message(Guid sessionId, TestUser user, int number) => new()
    {
        // In order, as ids that are made in the order of time are.
        Id = new Guid($"{number:x8}-0000-7000-8000-{user.Id.ToString("N")[20..]}"),
        SessionId = sessionId,
        UserId = user.Id,
        Username = user.Username,
        Text = $"message {number}",
        SentAt = DateTimeOffset.UnixEpoch.AddMilliseconds(number / 3),
    };

    private static async Task<JsonElement> GetAsync(TestUser user, Guid sessionId, Guid? before, int limit)
    {
        using var response = await user.Http.GetAsync($"/api/sessions/{sessionId}/messages?limit={limit}{(before is null ? "" : $"&before={before}")}", Stop);
        return await response.ReadAsync<JsonElement>();
    }
}
