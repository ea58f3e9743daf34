using System.Text;
using System.Text.Json;
using CodeCrafter.Crdt;
using CodeCrafter.Crdt.Sync;
using CodeCrafter.Server.Tests.Fixture;

namespace CodeCrafter.Server.Tests.Access;

/// <summary>What a viewer tries on a document socket, byte by byte.</summary>
public sealed class DocumentSocketCases(SharedServer shared) : IClassFixture<SharedServer>
{
    private const string File = "main.py";

    public static TheoryData<string, bool> Frames => new()
    {
        { "update", false },
        { "step 2", false },
        // The same numbers, written longer than they need to be: no prefix of these bytes looks like a known one.
        { "update, over-long type", true },
        { "update, over-long step", true },
        { "step 2, over-long type and step", true },
        { "step 2, over-long length", true },
    };

    [Theory]
    [AccessCase(18)]
    [AccessCase(19)]
    [MemberData(nameof(Frames))]
    public async Task A_viewers_update_in_any_spelling_changes_nothing_and_nobody_sees_it(string frame, bool isMalformed)
    {
        var (owner, viewer, session) = await PairAsync();
        await using var watcher = await RawSocket.OpenAsync(owner, session.Id);
        await using var socket = await RawSocket.OpenAsync(viewer, session.Id);
        await watcher.NextAsync(SyncMessageType.Sync, SyncStep.Step1);
        await socket.NextAsync(SyncMessageType.Sync, SyncStep.Step1);

        await socket.SendAsync(Frame(frame, Edit("hacked ")));

        if (isMalformed)
        {
            Assert.Equal((4400, "malformed_update"), await socket.UntilClosedAsync());
        }
        else
        {
            await socket.NextAsync(SyncMessageType.Auth);
            await socket.SendAsync(SyncProtocol.WriteStep1([0]));
            await socket.NextAsync(SyncMessageType.Sync, SyncStep.Step2);
        }

        // What the owner asks for afterwards comes after all that the refused frame could have caused.
        await watcher.SendAsync(SyncProtocol.WriteStep1([0]));
        var state = await watcher.NextAsync(SyncMessageType.Sync);
        Assert.Equal("x", TextOf(state));
        Assert.Equal("x", (await owner.GetSessionAsync(session.Id)).Content);
    }

    [Fact]
    [AccessCase(20)]
    public async Task A_state_bears_the_name_of_its_account()
    {
        var (owner, viewer, session) = await PairAsync();
        await using var watcher = await RawSocket.OpenAsync(owner, session.Id);
        await using var socket = await RawSocket.OpenAsync(viewer, session.Id);
        var forged = $$"""{"user":{"name":"{{owner.Username}}","id":"{{owner.Id}}","color":"#123456","name":"again"},"cursor":{"a":1},"user":{"name":"twice"} }""";

        await socket.SendAsync(Awareness(7, 1, forged));

        var state = StateIn(await watcher.NextAsync(SyncMessageType.Awareness), 7);
        Assert.Equal(
            [(viewer.Username, viewer.Id.ToString()), (viewer.Username, viewer.Id.ToString())],
            state.EnumerateObject().Where(property => property.Name == "user")
                .Select(property => (property.Value.GetProperty("name").GetString(), property.Value.GetProperty("id").GetString())));
        Assert.Equal("#123456", state.EnumerateObject().First().Value.GetProperty("color").GetString());
        Assert.Equal(1, state.GetProperty("cursor").GetProperty("a").GetInt32());
        // Whoever comes later is told the same.
        await using var later = await RawSocket.OpenAsync(owner, session.Id);
        Assert.DoesNotContain(owner.Username, StateIn(await later.NextAsync(SyncMessageType.Awareness), 7).ToString(), StringComparison.Ordinal);
    }

    [Fact]
    [AccessCase(20)]
    public async Task Nobody_speaks_for_a_client_of_somebody_else()
    {
        var (owner, viewer, session) = await PairAsync();
        await using var honest = await RawSocket.OpenAsync(owner, session.Id);
        await using var forger = await RawSocket.OpenAsync(viewer, session.Id);
        await using var watcher = await RawSocket.OpenAsync(owner, session.Id);
        await honest.SendAsync(Awareness(7, 1, """{"user":{"name":"x"}}"""));
        await watcher.NextAsync(SyncMessageType.Awareness);

        // Its cursor moved, its state removed, and both hidden behind a client of the forger's own.
        await forger.SendAsync(Awareness(7, 2, """{"user":{"name":"x"},"moved":true}"""));
        await forger.SendAsync(Awareness(7, 3, "null"));
        await forger.SendAsync([.. Awareness(8, 1, "{}", (7, 4, "null"))]);
        await forger.SendAsync(Awareness(9, 1, """{"last":true}"""));

        var next = await watcher.NextAsync(SyncMessageType.Awareness);
        Assert.True(StateIn(next, 9).GetProperty("last").GetBoolean());
        await watcher.SendAsync(SyncProtocol.WriteQueryAwareness());
        Assert.Equal(owner.Username, StateIn(await watcher.NextAsync(SyncMessageType.Awareness), 7).GetProperty("user").GetProperty("name").GetString());
    }

    [Theory]
    [AccessCase(20)]
    [InlineData(9000, 1)]
    [InlineData(10, 9)]
    [InlineData(10, 5000)]
    public async Task Awareness_is_no_way_to_pass_data_around(int stateBytes, int states)
    {
        var (owner, viewer, session) = await PairAsync();
        await using var watcher = await RawSocket.OpenAsync(owner, session.Id);
        await using var socket = await RawSocket.OpenAsync(viewer, session.Id);
        await watcher.NextAsync(SyncMessageType.Sync);
        var json = $$"""{"a":"{{new string('x', stateBytes)}}"}""";

        await socket.SendAsync(Awareness(100, 1, json, [.. Enumerable.Range(101, states - 1).Select(id => (id, 1, json))]));

        await watcher.SendAsync(SyncProtocol.WriteStep1([0]));
        await watcher.NextAsync(SyncMessageType.Sync, SyncStep.Step2);
        // Nothing of it has come before the answer, and it is not there for those who come later.
        await using var later = await RawSocket.OpenAsync(owner, session.Id);
        await later.SendAsync(SyncProtocol.WriteStep1([0]));
        await later.NextAsync(SyncMessageType.Sync, SyncStep.Step2);
        Assert.DoesNotContain(later.TakeAll().Concat(watcher.TakeAll()), frame => SyncProtocol.Read(frame).Type == SyncMessageType.Awareness);
    }

    [Fact]
    [AccessCase(32)]
    public async Task A_frame_over_the_cap_closes_the_socket_that_sent_it()
    {
        var owner = await shared.NewUserAsync();
        var session = await owner.CreateFileSessionAsync(File, "x");
        await using var socket = await RawSocket.OpenAsync(owner, session.Id);
        var part = new byte[1 << 20];
        for (var i = 0; i < 9 && socket.Closed.Code is null; i++)
        {
            await socket.SendAsync(part, isEnd: false);
        }

        Assert.Equal((1009, "message_too_large"), await socket.UntilClosedAsync());
        Assert.Equal("x", (await owner.GetSessionAsync(session.Id)).Content);
    }

    [Theory]
    [AccessCase(28)]
    [InlineData("http://evil.example", 403)]
    [InlineData("null", 403)]
    [InlineData("own", 101)]
    [InlineData("own.evil.example", 403)]
    [InlineData("evil-own", 403)]
    [InlineData(null, 101)]
    public async Task A_socket_opens_for_our_own_page_alone(string? origin, int status)
    {
        var owner = await shared.NewUserAsync();
        var session = await owner.CreateSessionAsync();
        var authority = shared.Server.Url.Authority;
        var header = origin switch
        {
            "own" => $"http://{authority}",
            "own.evil.example" => $"http://{authority}.evil.example",
            "evil-own" => $"http://evil-{authority}",
            _ => origin,
        };

        await using var socket = await RawSocket.OpenAsync(owner, session.Id, header);
        Assert.Equal(status, socket.Status);

        using var negotiate = new HttpRequestMessage(HttpMethod.Post, "/hubs/session/negotiate?negotiateVersion=1");
        if (header is not null)
        {
            negotiate.Headers.Add("Origin", header);
        }

        using var response = await owner.Http.SendAsync(negotiate, TestContext.Current.CancellationToken);
        await response.MustBeAsync(status == 101 ? 200 : 403);
    }

    private async Task<(TestUser Owner, TestUser Viewer, SessionDto Session)> PairAsync()
    {
        var (owner, viewer) = (await shared.NewUserAsync(), await shared.NewUserAsync());
        var session = await owner.CreateFileSessionAsync(File, "x");
        await owner.PutParticipantAsync(session.Id, viewer, "viewer");
        return (owner, viewer, session);
    }

    private static byte[] Edit(string text)
    {
        var doc = new Doc();
        byte[]? update = null;
        doc.UpdateEmitted += (bytes, _) => update = bytes;
        doc.GetText("hacked").Insert(0, text);
        return update!;
    }

    private static byte[] Frame(string name, byte[] update)
    {
        var length = Varuint(update.Length);
        return name switch
        {
            "update" => SyncProtocol.WriteUpdate(update),
            "step 2" => SyncProtocol.WriteStep2(update),
            "update, over-long type" => [0x80, 0x00, 2, .. length, .. update],
            "update, over-long step" => [0, 0x82, 0x00, .. length, .. update],
            "step 2, over-long type and step" => [0x80, 0x80, 0x00, 0x81, 0x80, 0x00, .. length, .. update],
            "step 2, over-long length" => [0, 1, (byte)(update.Length | 0x80), 0x80, 0x00, .. update],
            _ => throw new ArgumentOutOfRangeException(nameof(name)),
        };
    }

    private static byte[] Awareness(int client, int clock, string state, params (int Client, int Clock, string State)[] more)
    {
        (int Client, int Clock, string State)[] states = [(client, clock, state), .. more];
        return SyncProtocol.WriteAwareness([.. Varuint(states.Length), .. states.SelectMany(one =>
        {
            var json = Encoding.UTF8.GetBytes(one.State);
            return (byte[])[.. Varuint(one.Client), .. Varuint(one.Clock), .. Varuint(json.Length), .. json];
        })]);
    }

    private static byte[] Varuint(int value)
    {
        var bytes = new List<byte>();
        for (; value >= 0x80; value >>= 7)
        {
            bytes.Add((byte)(value | 0x80));
        }

        return [.. bytes, (byte)value];
    }

    private static JsonElement StateIn(byte[] update, int client)
    {
        var awareness = new CodeCrafter.Crdt.Sync.Awareness(TimeProvider.System);
        awareness.Apply(update);
        return JsonSerializer.Deserialize<JsonElement>(awareness.GetState((ulong)client).Span);
    }

    private static string TextOf(byte[] update)
    {
        var doc = new Doc();
        doc.ApplyUpdate(update);
        Assert.Equal("", doc.GetText("hacked").ToString());
        return ((YText)doc.GetMap("files").Get(File)!).ToString();
    }
}
