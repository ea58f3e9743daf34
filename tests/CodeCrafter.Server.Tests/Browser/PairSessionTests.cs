using System.Net.Http.Json;
using CodeCrafter.Server.Tests.Fixture;
using Microsoft.Playwright;
using static Microsoft.Playwright.Assertions;

namespace CodeCrafter.Server.Tests.Browser;

/// <summary>The main job from end to end, as two people do it.</summary>
[Collection(BrowserTests.Name)]
public sealed class PairSessionTests(BrowserFixture browser)
{
    private const string Program = "name = 'world'\nprint(f'hello {name}')\n";

    [Fact]
    public async Task Two_people_edit_and_run_together_and_lose_nothing_when_the_server_is_killed()
    {
        using var data = new TemporaryFolder();
        await using var server = new ServerProcess(data.Path);
        await server.StartAsync();
        var alice = await browser.OpenAsync(server.Url);
        var bob = await browser.OpenAsync(server.Url, dark: true);

        await alice.SignUpAsync("alice");
        var link = await alice.CreateSessionAsync();
        await bob.SignUpAsync("bob");
        await Expect(bob.Button("New session")).ToBeVisibleAsync();
        await bob.Page.GotoAsync(link);
        await Expect(bob.Editor).ToBeVisibleAsync();

        await EditTogetherAsync(alice, bob);
        await RunTogetherAsync(alice, bob);
        await ChatAsync(alice, bob);
        await alice.ScreenshotAsync("session-desktop-light");
        await bob.ScreenshotAsync("session-desktop-dark");
        Assert.Empty(alice.Errors);
        Assert.Empty(bob.Errors);

        await SurviveAsync(alice, bob, server, data.Path, link);
        await OnPhoneAsync(server.Url, link);
    }

    private static async Task EditTogetherAsync(Person alice, Person bob)
    {
        await alice.Editor.ClickAsync();
        await alice.Page.Keyboard.PressAsync("Control+A");
        await alice.Page.Keyboard.InsertTextAsync(Program);
        await Expect(bob.Editor).ToContainTextAsync("hello {name}");
        await alice.Page.Keyboard.PressAsync("Control+Home");
        await bob.Editor.ClickAsync();
        await bob.Page.Keyboard.PressAsync("Control+End");

        await Task.WhenAll(
            alice.Page.Keyboard.TypeAsync("# alice writes at the top", new() { Delay = 15 }),
            bob.Page.Keyboard.TypeAsync("# bob writes at the bottom", new() { Delay = 15 }));
        await alice.Page.Keyboard.PressAsync("Enter");
        await alice.UntilSavedAsync();
        await bob.UntilSavedAsync();

        var expected = $"# alice writes at the top\n{Program}# bob writes at the bottom";
        await UntilAsync(async () => await alice.ReadEditorAsync() == expected && await bob.ReadEditorAsync() == expected,
            async () => $"alice: {await alice.ReadEditorAsync()}\nbob: {await bob.ReadEditorAsync()}");
        await Expect(alice.Page.Locator(".cm-ySelectionInfo", new() { HasText = "bob" })).ToBeAttachedAsync();
        await Expect(bob.Page.Locator(".cm-ySelectionInfo", new() { HasText = "alice" })).ToBeAttachedAsync();
    }

    private static async Task RunTogetherAsync(Person alice, Person bob)
    {
        await bob.Button("Run").ClickAsync();
        await Expect(bob.Output).ToContainTextAsync("hello world");
        await Expect(alice.Output).ToContainTextAsync("hello world");
        await Expect(alice.Page.GetByLabel("Run status")).ToContainTextAsync("Accepted");
        await Expect(alice.Button("Run")).ToBeVisibleAsync();
    }

    private static async Task ChatAsync(Person alice, Person bob)
    {
        if (!await alice.Page.GetByLabel("Message", new() { Exact = true }).IsVisibleAsync())
        {
            await alice.Button("Chat").ClickAsync();
        }

        var message = alice.Page.GetByLabel("Message", new() { Exact = true });
        await message.FillAsync("<img src=x onerror=alert(1)> shall we?");
        await message.PressAsync("Enter");
        if (!await bob.Page.GetByLabel("Message", new() { Exact = true }).IsVisibleAsync())
        {
            await bob.Page.GetByRole(AriaRole.Button, new() { NameRegex = new("^Chat") }).ClickAsync();
        }

        await Expect(bob.Page.GetByLabel("Messages")).ToContainTextAsync("<img src=x onerror=alert(1)> shall we?");
    }

    private static async Task SurviveAsync(Person alice, Person bob, ServerProcess server, string data, string link)
    {
        var shownAsSaved = new List<string>();
        await bob.Page.Keyboard.PressAsync("Escape");
        await alice.Editor.ClickAsync();
        await alice.Page.Keyboard.PressAsync("Control+Home");
        for (var i = 0; i < 5; i++)
        {
            var marker = $"# kept {i}";
            await alice.Page.Keyboard.TypeAsync(marker);
            await alice.Page.Keyboard.PressAsync("Enter");
            await alice.UntilSavedAsync();
            shownAsSaved.Add(marker);
        }

        await bob.Editor.ClickAsync();
        await bob.Page.Keyboard.PressAsync("Control+End");
        var typing = bob.Page.Keyboard.TypeAsync(" and goes on while the server dies", new() { Delay = 50 });
        await Expect(alice.Editor).ToContainTextAsync("and goes");
        await server.KillAsync();
        await typing;

        // Asked of a server on a copy of the data, which the two browsers cannot help to remember.
        using var copy = new TemporaryFolder();
        foreach (var file in Directory.GetFiles(data))
        {
            File.Copy(file, Path.Combine(copy.Path, Path.GetFileName(file)));
        }

        await using (var witness = new ServerProcess(copy.Path))
        {
            await witness.StartAsync();
            var content = await ReadContentAsync(witness.Url, new Uri(link).Segments[^1]);
            Assert.All(shownAsSaved, marker => Assert.Contains(marker, content, StringComparison.Ordinal));
        }

        await Expect(alice.SaveStatus).ToHaveAttributeAsync("data-state", new System.Text.RegularExpressions.Regex("^offline"));
        await alice.Editor.ClickAsync();
        await alice.Page.Keyboard.PressAsync("Control+Home");
        await alice.Page.Keyboard.TypeAsync("# written offline");
        await alice.Page.Keyboard.PressAsync("Enter");
        await Expect(alice.SaveStatus).ToHaveAttributeAsync("data-state", "offlineUnsaved");
        await alice.ScreenshotAsync("session-offline");

        await server.StartAsync();
        await alice.UntilSavedAsync();
        await bob.UntilSavedAsync();
        await Expect(bob.Editor).ToContainTextAsync("# written offline");
        await Expect(alice.Editor).ToContainTextAsync("and goes on while the server dies");
        var text = await alice.ReadEditorAsync();
        Assert.Equal(text, await bob.ReadEditorAsync());
        Assert.All(shownAsSaved, marker => Assert.Contains(marker, text, StringComparison.Ordinal));
        await alice.Button("Run").ClickAsync();
        await Expect(bob.Page.GetByLabel("Run status")).ToContainTextAsync("Accepted");
        await Expect(bob.Output).ToContainTextAsync("hello world");
    }

    private async Task OnPhoneAsync(string url, string link)
    {
        foreach (var dark in new[] { false, true })
        {
            var phone = await browser.OpenAsync(url, dark, phone: true);
            await phone.SignInAsync("bob", "/signin");
            await Expect(phone.Page.GetByText("Pair interview")).ToBeVisibleAsync();
            await phone.ScreenshotAsync($"sessions-phone-{(dark ? "dark" : "light")}");
            await phone.Page.GotoAsync(link);
            await Expect(phone.Editor).ToContainTextAsync("# written offline");
            await phone.ScreenshotAsync($"session-phone-{(dark ? "dark" : "light")}");
            Assert.Empty(phone.Errors);
        }
    }

    private static async Task<string> ReadContentAsync(string url, string sessionId)
    {
        using var http = new HttpClient { BaseAddress = new Uri(url) };
        using var login = await http.PostAsJsonAsync(
            "/api/auth/login", new { username = "alice", password = Person.Password }, TestContext.Current.CancellationToken);
        http.DefaultRequestHeaders.Authorization = new("Bearer", (await login.ReadAsync<TokensDto>()).AccessToken);
        using var session = await http.GetAsync(new Uri($"/api/sessions/{sessionId}", UriKind.Relative), TestContext.Current.CancellationToken);
        return (await session.ReadAsync<SessionEnvelopeDto>()).Session.Content!;
    }

    private static async Task UntilAsync(Func<Task<bool>> holds, Func<Task<string>> describe)
    {
        for (var i = 0; i < 200; i++)
        {
            if (await holds())
            {
                return;
            }

            await Task.Delay(50, TestContext.Current.CancellationToken);
        }

        Assert.Fail(await describe());
    }
}
