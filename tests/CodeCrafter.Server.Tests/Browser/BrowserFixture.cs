using System.Collections.Concurrent;
using System.Text.Json;
using Microsoft.Playwright;

namespace CodeCrafter.Server.Tests.Browser;

/// <summary>Tests with a browser run by themselves: two cores are few for Chromium.</summary>
[CollectionDefinition(Name, DisableParallelization = true)]
public sealed class BrowserTests : ICollectionFixture<BrowserFixture>
{
    public const string Name = "browser";
}

/// <summary>The installed Chromium.</summary>
public sealed class BrowserFixture : IAsyncLifetime
{
    // As root, without a display, and silent: nothing but the page is asked for.
    private static readonly string[] _arguments =
    [
        "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
        "--disable-component-update", "--disable-sync",
    ];

    // The browser says little of what the policy did not let through; the page's own event says where it came from.
    private const string ReportViolations = """
        document.addEventListener('securitypolicyviolation', (e) => console.error(
            `Content-Security-Policy: ${e.effectiveDirective} stopped ${e.blockedURI} at ${e.sourceFile}:${e.lineNumber}:${e.columnNumber} "${e.sample}"`));
        """;

    private IPlaywright? _playwright;
    private IBrowser? _browser;

    public async ValueTask InitializeAsync()
    {
        var program = Environment.GetEnvironmentVariable("CODECRAFTER_TEST_CHROMIUM") ?? "/usr/bin/chromium";
        Assert.True(File.Exists(program), $"There is no browser at {program}: install Debian's chromium, or name one in CODECRAFTER_TEST_CHROMIUM.");
        _playwright = await Playwright.CreateAsync();
        _browser = await _playwright.Chromium.LaunchAsync(new BrowserTypeLaunchOptions { ExecutablePath = program, Args = _arguments });
    }

    /// <summary>A person with a browser of their own.</summary>
    internal async Task<Person> OpenAsync(string url, bool dark = false, bool phone = false)
    {
        var context = await _browser!.NewContextAsync(new BrowserNewContextOptions
        {
            BaseURL = url,
            ColorScheme = dark ? ColorScheme.Dark : ColorScheme.Light,
            ViewportSize = phone ? new ViewportSize { Width = 390, Height = 844 } : new ViewportSize { Width = 1440, Height = 900 },
            HasTouch = phone,
            IsMobile = phone,
        });
        context.SetDefaultTimeout(30_000);
        await context.AddInitScriptAsync(ReportViolations);
        return new Person(await context.NewPageAsync());
    }

    /// <summary>A person with an account, in a new session of theirs.</summary>
    internal async Task<(Person Person, string SessionId)> OpenSessionAsync(string url, string username, string title)
    {
        var person = await OpenAsync(url);
        await person.RegisterAsync(username);
        var id = (await person.MakeSessionAsync(title)).GetProperty("id").GetString()!;
        await person.Page.GotoAsync($"/s/{id}");
        await Assertions.Expect(person.Editor).ToBeVisibleAsync();
        return (person, id);
    }

    public async ValueTask DisposeAsync()
    {
        if (_browser is not null)
        {
            await _browser.DisposeAsync();
        }

        _playwright?.Dispose();
    }
}

/// <summary>A person before the page, and what they do there.</summary>
internal sealed class Person
{
    public const string Password = "correct horse battery";

    private static readonly string _screenshots = Path.Combine(
        Environment.GetEnvironmentVariable("CODECRAFTER_TEST_RESULTS") ?? AppContext.BaseDirectory, "screenshots");

    public Person(IPage page)
    {
        Page = page;
        page.Console += (_, message) =>
        {
            if (message.Type == "error")
            {
                Errors.Enqueue($"{message.Text} {message.Location}");
            }
        };
        page.PageError += (_, error) => Errors.Enqueue(error);
    }

    private string? _token;

    public IPage Page { get; }

    /// <summary>What the browser complained of.</summary>
    public ConcurrentQueue<string> Errors { get; } = new();

    public ILocator Editor => Page.GetByRole(AriaRole.Textbox, new() { NameRegex = new("^Code editor") });

    public ILocator Output => Page.GetByTestId("output");

    /// <summary>The terminal of the run on screen.</summary>
    public ILocator Terminal => Page.GetByTestId("terminal");

    public ILocator SaveStatus => Page.GetByTestId("save-status");

    public ILocator Dialog => Page.GetByRole(AriaRole.Dialog);

    public ILocator Button(string name) => Page.GetByRole(AriaRole.Button, new() { Name = name, Exact = true });

    /// <summary>Makes an account without the page, which is signed in when it is opened next.</summary>
    public async Task RegisterAsync(string username)
    {
        var answer = await SendAsync("POST", "/api/auth/register", new { username, email = $"{username}@example.org", password = Password });
        _token = answer.GetProperty("accessToken").GetString();
    }

    /// <summary>Calls the API as this person, beside the page.</summary>
    public async Task<JsonElement> SendAsync(string method, string path, object? body = null)
    {
        var answer = await Page.APIRequest.FetchAsync(path, new APIRequestContextOptions
        {
            Method = method,
            DataObject = body,
            Headers = _token is null ? [] : [new("Authorization", $"Bearer {_token}")],
        });
        var text = await answer.TextAsync();
        Assert.True(answer.Ok, $"{method} {path} was answered {answer.Status}: {text}");
        return text.Length == 0 ? default : JsonElement.Parse(text);
    }

    /// <summary>Makes a session without the page, and returns it as the API describes it.</summary>
    public async Task<JsonElement> MakeSessionAsync(string title, object? settings = null, bool isPublic = false) =>
        (await SendAsync("POST", "/api/sessions/create", new { title, language = "python", isPublic, settings })).GetProperty("session");

    public async Task SignUpAsync(string username, string path = "/signup")
    {
        await Page.GotoAsync(path);
        await Page.GetByLabel("Username").FillAsync(username);
        await Page.GetByLabel("Email").FillAsync($"{username}@example.org");
        await Page.GetByLabel("Password", new() { Exact = true }).FillAsync(Password);
        await Button("Create account").ClickAsync();
    }

    public async Task SignInAsync(string username, string path)
    {
        await Page.GotoAsync(path);
        await Page.GetByLabel("Username or email").FillAsync(username);
        await Page.GetByLabel("Password", new() { Exact = true }).FillAsync(Password);
        await Button("Sign in").ClickAsync();
    }

    /// <summary>Makes a session with a Python file and returns the link that lets others in.</summary>
    public async Task<string> CreateSessionAsync()
    {
        await Button("New session").ClickAsync();
        var dialog = Page.GetByRole(AriaRole.Dialog);
        await dialog.GetByLabel("Title").FillAsync("Pair interview");
        await dialog.GetByLabel("Language").SelectOptionAsync("python");
        await dialog.GetByRole(AriaRole.Button, new() { Name = "Create session" }).ClickAsync();
        await Assertions.Expect(Editor).ToBeVisibleAsync();
        await UntilSavedAsync();

        await Button("Share").ClickAsync();
        var link = await Page.GetByLabel("Link to this session", new() { Exact = true }).InputValueAsync();
        await Page.Keyboard.PressAsync("Escape");
        await Assertions.Expect(Page.GetByRole(AriaRole.Dialog)).ToHaveCountAsync(0);
        return link;
    }

    /// <summary>Gives somebody in the session the role of a viewer.</summary>
    public async Task MakeViewerAsync(string username)
    {
        await Button("People").ClickAsync();
        await Page.GetByLabel($"Role of {username}").SelectOptionAsync("viewer");
    }

    /// <summary>The text in the editor; short texts only, since CodeMirror renders what is on screen.</summary>
    public async Task<string> ReadEditorAsync() =>
        string.Join('\n', await Page.Locator(".cm-line").EvaluateAllAsync<string[]>(
            "lines => lines.map(line => { const copy = line.cloneNode(true); copy.querySelectorAll('.cm-ySelectionCaret, .cm-ySelectionInfo, .cm-widgetBuffer').forEach(node => node.remove()); return copy.textContent; })"));

    public Task UntilSavedAsync() => Assertions.Expect(SaveStatus).ToHaveAttributeAsync("data-state", "saved", new() { Timeout = 60_000 });

    public async Task ScreenshotAsync(string name)
    {
        Directory.CreateDirectory(_screenshots);
        await Page.ScreenshotAsync(new PageScreenshotOptions { Path = Path.Combine(_screenshots, $"{name}.png") });
    }
}
