using System.Text.RegularExpressions;
using CodeCrafter.Server.Tests.Fixture;
using Microsoft.Playwright;
using static Microsoft.Playwright.Assertions;

namespace CodeCrafter.Server.Tests.Browser;

/// <summary>Running programs in the page: terminals, test cases, files that come back.</summary>
[Collection(BrowserTests.Name)]
public sealed class RunningTests(BrowserFixture browser)
{
    private const string Asking = """
        import os, signal
        signal.signal(signal.SIGWINCH, lambda *_: print('now', os.get_terminal_size().columns, flush=True))
        print('at first', os.get_terminal_size().columns, flush=True)
        print('\x1b[31mhello', input('name? '), '\x1b[0m', flush=True)
        try:
            while True: signal.pause()
        except KeyboardInterrupt:
            print('interrupted \x1b[?25h')
        """;

    private const string Counting = """
        for i in range(int(input())): print(i)
        """;

    private const string Drawing = """
        import struct, zlib
        def chunk(kind, data): return struct.pack('>I', len(data)) + kind + data + struct.pack('>I', zlib.crc32(kind + data))
        rows = b''.join(b'\0' + bytes((x, y, 128)[c] for x in range(64) for c in range(3)) for y in range(48))
        open('plot.png', 'wb').write(b'\x89PNG\r\n\x1a\n' + chunk(b'IHDR', struct.pack('>IIBBBBB', 64, 48, 8, 2, 0, 0, 0))
            + chunk(b'IDAT', zlib.compress(rows)) + chunk(b'IEND', b''))
        for i in range(100): print(i)
        open('evil.svg', 'w').write('<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"><script>document.title = "taken"</script></svg>')
        """;

    [Fact]
    public async Task A_program_runs_in_a_terminal_that_all_see()
    {
        using var data = new TemporaryFolder();
        await using var server = new ServerProcess(data.Path);
        await server.StartAsync();
        var (alice, link) = await OpenSessionAsync(server.Url, Asking);
        var bob = await browser.OpenAsync(server.Url, dark: true);
        await bob.SignUpAsync("bob");
        await Expect(bob.Button("New session")).ToBeVisibleAsync();
        await bob.Page.GotoAsync(link);
        await Expect(bob.Editor).ToBeVisibleAsync();
        await alice.MakeViewerAsync("bob");
        await Expect(bob.Page.GetByText("You are a viewer: you see")).ToBeVisibleAsync();

        await alice.Button("How to run").ClickAsync();
        await alice.Page.GetByRole(AriaRole.Menuitemradio, new() { NameRegex = new("^Terminal") }).ClickAsync();
        await alice.Button("Run").ClickAsync();
        await Expect(alice.Terminal).ToContainTextAsync("name?");
        await Expect(alice.Terminal.Locator("textarea")).ToBeFocusedAsync();
        await alice.Page.Keyboard.TypeAsync("Ann");
        await alice.Page.Keyboard.PressAsync("Enter");
        await Expect(alice.Terminal).ToContainTextAsync("hello Ann");
        await Expect(bob.Terminal).ToContainTextAsync("hello Ann");
        await Expect(alice.Terminal.Locator(".xterm-cursor")).ToHaveCountAsync(1);

        // What was printed before is there for those who come later, and a viewer's keys go nowhere.
        await bob.Page.ReloadAsync();
        await Expect(bob.Terminal).ToContainTextAsync("hello Ann");
        await bob.Terminal.ClickAsync();
        await bob.Page.Keyboard.PressAsync("Control+c");

        // The size that the program starts with is the one that the terminal has.
        Assert.DoesNotContain("now ", await alice.Terminal.InnerTextAsync(), StringComparison.Ordinal);
        var before = await SizeAsync(alice, "at first");
        await alice.Page.SetViewportSizeAsync(1100, 800);
        await Expect(alice.Terminal).ToContainTextAsync("now ");
        Assert.True(await SizeAsync(alice, "now") < before);
        await alice.ScreenshotAsync("terminal-desktop-light");
        await bob.ScreenshotAsync("terminal-desktop-dark");

        // The way out by keyboard, and back by the mouse.
        await alice.Page.Keyboard.PressAsync("Tab");
        await Expect(alice.Terminal.Locator("textarea")).ToBeFocusedAsync();
        await alice.Page.Keyboard.PressAsync("Shift+Tab");
        await Expect(alice.Terminal.Locator("textarea")).Not.ToBeFocusedAsync();
        await alice.Terminal.ClickAsync();
        await alice.Page.Keyboard.PressAsync("Control+c");
        await Expect(alice.Terminal).ToContainTextAsync("interrupted");
        await Expect(alice.Page.GetByLabel("Run status")).ToContainTextAsync("Accepted");

        // Nothing can be typed any more, whatever the program wrote last.
        foreach (var person in new[] { alice, bob })
        {
            await Expect(person.Page.GetByText("The program has ended: Accepted.")).ToBeVisibleAsync();
            await Expect(person.Terminal.Locator(".xterm-cursor")).ToHaveCountAsync(0);
        }

        Assert.Empty(alice.Errors);
        Assert.Empty(bob.Errors);
    }

    [Fact]
    public async Task Test_cases_are_run_and_judged_and_hidden_ones_stay_hidden()
    {
        using var data = new TemporaryFolder();
        await using var server = new ServerProcess(data.Path);
        await server.StartAsync();
        var (alice, link) = await OpenSessionAsync(server.Url, Counting);
        var bob = await browser.OpenAsync(server.Url);
        await bob.SignUpAsync("bob");
        await Expect(bob.Button("New session")).ToBeVisibleAsync();
        await bob.Page.GotoAsync(link);
        await Expect(bob.Editor).ToBeVisibleAsync();

        await alice.Page.GetByRole(AriaRole.Tab, new() { Name = "Tests" }).ClickAsync();
        await alice.Button("Add a test case").ClickAsync();
        await FillCaseAsync(alice, "two", "2", "0\n1\n");
        await alice.Button("Add").ClickAsync();
        await FillCaseAsync(alice, "from one", "2", "1\n2\n");
        await alice.Button("Add").ClickAsync();
        await FillCaseAsync(alice, "secret", "3", "0\n1\n2\n424242\n");
        await alice.Page.GetByLabel("Hidden").CheckAsync(new() { Force = true });
        await alice.ScreenshotAsync("tests-desktop-light");
        await alice.Button("Run all").ClickAsync();

        await Expect(alice.Page.GetByLabel("Run status")).ToContainTextAsync("1 of 3 passed");
        await Expect(alice.Page.GetByTestId("diff").First).ToContainTextAsync("expected: 2");
        await Expect(bob.Page.GetByLabel("Run status")).ToContainTextAsync("1 of 3 passed");
        var report = bob.Page.GetByLabel("Results of the test cases");
        await Expect(report.Locator("li")).ToHaveCountAsync(3);
        await Expect(report).ToContainTextAsync("secret");
        await Expect(report.Locator("details")).ToHaveCountAsync(2);
        Assert.DoesNotContain("424242", await bob.Page.ContentAsync(), StringComparison.Ordinal);

        // They are kept in the browser of the one who made them.
        await alice.Page.ReloadAsync();
        await alice.Page.GetByRole(AriaRole.Tab, new() { Name = "Tests" }).ClickAsync();
        await Expect(alice.Page.GetByLabel("Test cases", new() { Exact = true }).Locator("li")).ToHaveCountAsync(3);
        await bob.Page.GetByRole(AriaRole.Tab, new() { Name = "Tests" }).ClickAsync();
        await Expect(bob.Page.GetByText("No test cases yet")).ToBeVisibleAsync();
        Assert.Empty(alice.Errors);
        Assert.Empty(bob.Errors);
    }

    [Fact]
    [AccessCase(35)]
    public async Task Pictures_that_a_program_writes_are_shown_and_run_no_script()
    {
        using var data = new TemporaryFolder();
        await using var server = new ServerProcess(data.Path);
        await server.StartAsync();
        var (alice, _) = await OpenSessionAsync(server.Url, Drawing);

        await alice.Button("Run").ClickAsync();

        var picture = alice.Page.GetByAltText("plot.png, written by the program");
        await Expect(picture).ToBeVisibleAsync();
        await Expect(picture).ToHaveJSPropertyAsync("naturalWidth", 64);
        await Expect(alice.Page.GetByAltText("evil.svg, written by the program")).ToBeVisibleAsync();

        // Neither long output nor a small panel hides it.
        foreach (var (width, height) in new[] { (1440, 900), (900, 700), (390, 844) })
        {
            await alice.Page.SetViewportSizeAsync(width, height);
            if (width < 720)
            {
                await alice.Button("Output").ClickAsync();
            }

            await Expect(picture).ToBeInViewportAsync(new() { Ratio = 1 });
            await alice.ScreenshotAsync($"picture-{width}");
        }

        await alice.Page.SetViewportSizeAsync(1440, 900);
        await alice.Button("Show plot.png larger").ClickAsync();
        await Expect(alice.Dialog.GetByAltText("plot.png, written by the program")).ToBeVisibleAsync();
        await alice.Page.Keyboard.PressAsync("Escape");
        await Expect(alice.Button("Show plot.png larger")).ToBeFocusedAsync();
        Assert.Contains("CodeCrafter", await alice.Page.TitleAsync(), StringComparison.Ordinal);
        var download = await alice.Page.RunAndWaitForDownloadAsync(() => alice.Button("Download plot.png").ClickAsync());
        Assert.Equal("plot.png", download.SuggestedFilename);
        await alice.ScreenshotAsync("files-desktop-light");
        // Whoever runs by the button finds it under the finger again.
        await alice.Button("Run").ClickAsync();
        await Expect(alice.Button("Stop").Or(alice.Button("Run"))).ToBeFocusedAsync();
        await Expect(alice.Page.GetByLabel("Run status")).ToContainTextAsync("Accepted");
        await Expect(alice.Button("Run")).ToBeFocusedAsync();
        Assert.Empty(alice.Errors);
    }

    [Fact]
    public async Task A_flood_of_output_does_not_stop_the_page()
    {
        using var data = new TemporaryFolder();
        await using var server = new ServerProcess(data.Path);
        await server.StartAsync();
        var (alice, _) = await OpenSessionAsync(server.Url, "for i in range(10**9): print(i, '\\x1b[31mred\\x1b[0m' * 5)");
        await alice.Button("How to run").ClickAsync();
        await alice.Page.GetByRole(AriaRole.Menuitemradio, new() { NameRegex = new("^Terminal") }).ClickAsync();

        await alice.Button("Run").ClickAsync();

        await Expect(alice.Page.GetByLabel("Run status")).ToContainTextAsync("Output Limit Exceeded");
        await alice.Editor.ClickAsync();
        await alice.Page.Keyboard.PressAsync("Control+Home");
        await alice.Page.Keyboard.TypeAsync("# still here");
        await Expect(alice.Editor).ToContainTextAsync("# still here");
        Assert.Empty(alice.Errors);
    }

    [Fact]
    public async Task A_dropped_file_becomes_a_file_of_the_session()
    {
        using var data = new TemporaryFolder();
        await using var server = new ServerProcess(data.Path);
        await server.StartAsync();
        var (alice, _) = await OpenSessionAsync(server.Url, "print('first')");

        await DropAsync(alice, "helper.py", "print('dropped')\r\n");

        await Expect(alice.Page.GetByRole(AriaRole.Tab, new() { Name = "helper.py" })).ToBeVisibleAsync();
        await Expect(alice.Editor).ToContainTextAsync("print('dropped')");
        await alice.Page.GetByRole(AriaRole.Tab, new() { NameRegex = new("main.py") }).ClickAsync();
        Assert.Equal("print('first')", await alice.ReadEditorAsync());

        // A language without a file adds none where something is written.
        await alice.Page.GetByLabel("Language").SelectOptionAsync("go");
        await Expect(alice.Page.GetByText("There is no Go file yet")).ToBeVisibleAsync();
        await Expect(alice.Page.GetByRole(AriaRole.Tab, new() { Name = "main.go" })).ToHaveCountAsync(0);
        await alice.Button("Add main.go").ClickAsync();
        await Expect(alice.Editor).ToContainTextAsync("package main");
        Assert.Empty(alice.Errors);
    }

    private async Task<(Person Alice, string Link)> OpenSessionAsync(string url, string program)
    {
        var alice = await browser.OpenAsync(url);
        await alice.SignUpAsync("alice");
        var link = await alice.CreateSessionAsync();
        await alice.Editor.ClickAsync();
        await alice.Page.Keyboard.PressAsync("Control+A");
        await alice.Page.Keyboard.InsertTextAsync(program);
        await alice.UntilSavedAsync();
        return (alice, link);
    }

    private static async Task FillCaseAsync(Person person, string name, string stdin, string expected)
    {
        await person.Page.GetByLabel("Name").FillAsync(name);
        await person.Page.GetByLabel("Standard input").FillAsync(stdin);
        await person.Page.GetByLabel("Expected output").FillAsync(expected);
    }

    /// <summary>The last size that the program printed after these words.</summary>
    private static async Task<int> SizeAsync(Person person, string words)
    {
        var matches = Regex.Matches(await person.Terminal.InnerTextAsync(), $@"{words}\s(\d+)");
        return int.Parse(matches[^1].Groups[1].Value, System.Globalization.CultureInfo.InvariantCulture);
    }

    private static async Task DropAsync(Person person, string name, string content)
    {
        var files = await person.Page.EvaluateHandleAsync(
            "([name, content]) => { const data = new DataTransfer(); data.items.add(new File([content], name)); return data; }", new[] { name, content });
        await person.Editor.DispatchEventAsync("dragover", new { dataTransfer = files });
        await person.Editor.DispatchEventAsync("drop", new { dataTransfer = files });
    }
}
