using System.IO.Compression;
using CodeCrafter.Server.Tests.Fixture;
using Microsoft.Playwright;
using static Microsoft.Playwright.Assertions;

namespace CodeCrafter.Server.Tests.Browser;

/// <summary>A session is replayed: what was typed, run and written, each at its time.</summary>
[Collection(BrowserTests.Name)]
public sealed class PlaybackTests(BrowserFixture browser, PageServer server) : IClassFixture<PageServer>
{
    [Fact]
    public async Task What_was_typed_run_and_written_is_seen_at_its_time_and_again_from_a_file()
    {
        var (ann, dan, id) = await LiveAsync();

        await ann.Button("Session menu").ClickAsync();
        await ann.Page.GetByRole(AriaRole.Menuitem, new() { Name = "Playback" }).ClickAsync();
        await WatchAsync(ann);
        await PlayAsync(ann);
        await ann.ScreenshotAsync("playback-desktop-light");
        await ann.MustBeAccessibleAsync("playback", briefly: true);

        var download = await ann.Page.RunAndWaitForDownloadAsync(async () =>
        {
            await ann.Button("Download").ClickAsync();
            await ann.Page.GetByRole(AriaRole.Menuitem, new() { NameRegex = new("^Recording") }).ClickAsync();
        });
        Assert.Equal("Life-of-a-session.codecrafter.jsonl.gz", download.SuggestedFilename);
        using var folder = new TemporaryFolder();
        var file = Path.Combine(folder.Path, download.SuggestedFilename);
        await download.SaveAsAsync(file);
        await OpenFileAsync(file);

        var archive = await dan.Page.RunAndWaitForDownloadAsync(async () =>
        {
            await dan.Button("Session menu").ClickAsync();
            await dan.Page.GetByRole(AriaRole.Menuitem, new() { Name = "Download files" }).ClickAsync();
        });
        await using (var zip = await ZipFile.OpenReadAsync(await archive.PathAsync(), TestContext.Current.CancellationToken))
        {
            Assert.Equal(["main.py"], zip.Entries.Select(entry => entry.FullName));
        }

        await OnPhoneAsync(id);
        Assert.Empty(ann.Errors);
        Assert.Empty(dan.Errors);
    }

    [Fact]
    public async Task A_stranger_replays_nothing()
    {
        var (owner, stranger) = (await browser.OpenAsync(server.Url), await browser.OpenAsync(server.Url));
        await owner.RegisterAsync("play-owner");
        await stranger.RegisterAsync("play-stranger");
        var session = await owner.MakeSessionAsync("Private");
        await stranger.Page.GotoAsync($"/s/{session.GetProperty("id").GetString()}/playback");
        await Expect(stranger.Page.GetByRole(AriaRole.Heading, new() { Name = "This session cannot be replayed" })).ToBeVisibleAsync();
    }

    private static ILocator Replayed(Person person) => person.Page.GetByRole(AriaRole.Textbox, new() { Name = "Replayed file, main.py" });

    private static ILocator Output(Person person) => person.Page.GetByTestId("playback-output");

    private static ILocator Chat(Person person) => person.Page.GetByTestId("playback-chat");

    // Ann writes a program, runs it and says so; Dan makes it longer, and it runs again.
    private async Task<(Person Ann, Person Dan, string Id)> LiveAsync()
    {
        var (ann, dan) = (await browser.OpenAsync(server.Url), await browser.OpenAsync(server.Url, dark: true));
        await ann.RegisterAsync("play-ann");
        await dan.RegisterAsync("play-dan");
        var session = await ann.SendAsync("POST", "/api/sessions/create", new
        {
            title = "Life of a session", language = "python", files = new[] { new { path = "main.py", content = "# empty\n" } },
        });
        var id = session.GetProperty("session").GetProperty("id").GetString()!;
        await ann.SendAsync("PUT", $"/api/sessions/{id}/participants/@play-dan", new { role = "editor" });
        await ann.Page.GotoAsync($"/s/{id}");
        await dan.Page.GotoAsync($"/s/{id}");
        await Expect(dan.Editor).ToContainTextAsync("# empty");

        await TypeAsync(ann, "print('first')\n");
        await RunAsync(ann, "first");
        await SayAsync(ann, "looks good");
        await Expect(dan.Editor).ToContainTextAsync("first");
        await TypeAsync(dan, "print('second')\n");
        await RunAsync(dan, "second");
        await SayAsync(ann, "done");
        return (ann, dan, id);
    }

    private static async Task TypeAsync(Person person, string text)
    {
        await Expect(person.Editor).ToBeVisibleAsync();
        await person.Editor.ClickAsync();
        await person.Page.Keyboard.PressAsync("Control+End");
        await person.Page.Keyboard.InsertTextAsync(text);
        await person.UntilSavedAsync();
    }

    private static async Task RunAsync(Person person, string output)
    {
        await person.Button("Run").ClickAsync();
        await Expect(person.Output).ToContainTextAsync(output);
        await Expect(person.Page.GetByLabel("Run status")).ToContainTextAsync("Accepted");
    }

    private static async Task SayAsync(Person person, string text)
    {
        var message = person.Page.GetByLabel("Message", new() { Exact = true });
        await message.FillAsync(text);
        await message.PressAsync("Enter");
        await Expect(person.Page.GetByLabel("Messages")).ToContainTextAsync(text);
    }

    // By the list of events, with the keyboard's way there and back.
    private static async Task WatchAsync(Person person)
    {
        await Expect(Replayed(person)).ToHaveTextAsync("# empty");
        await Expect(Output(person)).ToContainTextAsync("Nothing has run yet");
        await SeekAsync(person, "looks good");
        await Expect(Replayed(person)).ToContainTextAsync("print('first')");
        await Expect(Replayed(person)).Not.ToContainTextAsync("second");
        await Expect(Output(person)).ToHaveTextAsync("first\n");
        await person.Page.GetByRole(AriaRole.Tab, new() { Name = "Chat" }).ClickAsync();
        await Expect(Chat(person)).ToContainTextAsync("looks good");
        await Expect(Chat(person)).Not.ToContainTextAsync("done");

        await SeekAsync(person, "done");
        await Expect(Replayed(person)).ToContainTextAsync("print('second')");
        await Expect(Replayed(person).Locator(".cm-replayName", new() { HasText = "play-dan" })).ToBeAttachedAsync();
        await Expect(Output(person)).ToHaveTextAsync("first\nsecond\n");

        await SeekAsync(person, "looks good");
        await Expect(Replayed(person)).Not.ToContainTextAsync("second");
        await Expect(Output(person)).ToHaveTextAsync("first\n");
    }

    private static async Task PlayAsync(Person person)
    {
        var position = person.Page.GetByLabel("Position in the recording");
        await position.FocusAsync();
        await person.Page.Keyboard.PressAsync("Home");
        await Expect(Replayed(person)).ToHaveTextAsync("# empty");
        await person.Page.Keyboard.PressAsync("Shift+ArrowRight");
        await Expect(position).Not.ToHaveValueAsync("0");
        await person.Page.Keyboard.PressAsync("End");
        await Expect(Replayed(person)).ToContainTextAsync("print('second')");
        await person.Page.Keyboard.PressAsync("Home");
        await person.Page.GetByLabel("Speed").SelectOptionAsync("16");
        await position.FocusAsync();
        await person.Page.Keyboard.PressAsync("Space");
        await Expect(person.Button("Pause")).ToBeVisibleAsync();
        // It stops at the end by itself.
        await Expect(person.Button("Play")).ToBeVisibleAsync();
        await Expect(Replayed(person)).ToContainTextAsync("print('second')");
        await Expect(Output(person)).ToHaveTextAsync("first\nsecond\n");
    }

    private static async Task SeekAsync(Person person, string message)
    {
        await person.Page.GetByRole(AriaRole.Tab, new() { Name = "Events" }).ClickAsync();
        await person.Page.GetByRole(AriaRole.Button, new() { NameRegex = new($"wrote: {message}") }).ClickAsync();
    }

    // By somebody who is signed in nowhere.
    private async Task OpenFileAsync(string file)
    {
        var other = await browser.OpenAsync(server.Url, dark: true);
        await other.Page.GotoAsync("/playback");
        await Expect(other.Button("Choose a file")).ToBeVisibleAsync();
        var input = other.Page.GetByLabel("Recording to open");
        await input.SetInputFilesAsync(new FilePayload { Name = "x.gz", MimeType = "application/gzip", Buffer = [1, 2, 3] });
        await Expect(other.Page.GetByRole(AriaRole.Alert)).ToContainTextAsync("damaged");
        await input.SetInputFilesAsync(file);
        await WatchAsync(other);
        await other.ScreenshotAsync("playback-desktop-dark");
        await other.MustBeAccessibleAsync("playback-open", briefly: true);
    }

    private async Task OnPhoneAsync(string id)
    {
        foreach (var dark in new[] { false, true })
        {
            var phone = await browser.OpenAsync(server.Url, dark, phone: true);
            await phone.SignInAsync("play-dan", $"/signin?next=/s/{id}/playback");
            await Expect(Replayed(phone)).ToContainTextAsync("# empty");
            await phone.Button("Events").ClickAsync();
            await phone.Page.GetByRole(AriaRole.Button, new() { NameRegex = new("wrote: looks good") }).ClickAsync();
            await phone.Button("Output").ClickAsync();
            await Expect(Output(phone)).ToHaveTextAsync("first\n");
            await phone.Button("Code").ClickAsync();
            await Expect(Replayed(phone)).ToContainTextAsync("print('first')");
            await Expect(Replayed(phone)).Not.ToContainTextAsync("second");
            await phone.ScreenshotAsync($"playback-phone-{(dark ? "dark" : "light")}");
            Assert.Empty(phone.Errors);
        }
    }
}
