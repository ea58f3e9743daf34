using Microsoft.Playwright;
using static Microsoft.Playwright.Assertions;

namespace CodeCrafter.Server.Tests.Browser;

/// <summary>
/// A walk through all that writes styles, draws or loads: nothing of it is stopped by the content security policy, which
/// allows nothing inline and no evaluation. <see cref="Person.Errors"/> has every violation.
/// </summary>
[Collection(BrowserTests.Name)]
public sealed class PolicyTests(BrowserFixture browser, PageServer server) : IClassFixture<PageServer>
{
    private const string Colours = """
        print('\x1b[38;2;10;200;30mtrue colour\x1b[0m \x1b[38;5;208mpalette\x1b[0m \x1b[30;40mtoo little contrast\x1b[0m \x1b[2mdim\x1b[0m')
        open('dot.svg', 'w').write('<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"><rect width="9" height="9" style="fill: red"/></svg>')
        print(input('name? '))
        """;

    [Fact]
    public async Task The_page_works_without_exceptions_under_a_strict_policy()
    {
        var (ann, id) = await OpenAsync("policy-ann");
        var bob = await browser.OpenAsync(server.Url, dark: true);
        await bob.RegisterAsync("policy-bob");
        await ann.SendAsync("PUT", $"/api/sessions/{id}/participants/@policy-bob", new { role = "editor" });
        var opened = await bob.Page.GotoAsync($"/s/{id}");
        AssertStrict(opened!.Headers["content-security-policy"]);
        await Expect(bob.Editor).ToContainTextAsync("true colour");

        AssertUndisturbed(ann, "opening");
        await EditAsync(ann, bob);
        AssertUndisturbed(ann, "editing");
        AssertUndisturbed(bob, "editing");
        await OpenDialogsAsync(ann);
        AssertUndisturbed(ann, "dialogs");
        await RunAsync(ann);
        AssertUndisturbed(ann, "running");
        await ann.Page.EmulateMediaAsync(new() { ColorScheme = ColorScheme.Dark });
        await ann.ScreenshotAsync("policy-desktop-dark");
        await ann.Page.GotoAsync("/");
        await Expect(ann.Button("New session")).ToBeVisibleAsync();
        AssertUndisturbed(ann, "the list");
        AssertUndisturbed(bob, "watching");
    }

    [Fact]
    public async Task The_policy_stops_markup_that_brings_styles_and_scripts()
    {
        var (eve, _) = await OpenAsync("policy-eve");

        await eve.Page.EvaluateAsync("""
            document.body.insertAdjacentHTML('beforeend', '<p id="smuggled" style="color: rgb(1, 2, 3)" onclick="window.taken = 1">x</p><style>#smuggled { opacity: 0.5 }</style>');
            """);

        var smuggled = eve.Page.Locator("#smuggled");
        await Expect(smuggled).Not.ToHaveCSSAsync("color", "rgb(1, 2, 3)");
        await Expect(smuggled).ToHaveCSSAsync("opacity", "1");
        await smuggled.DispatchEventAsync("click");
        Assert.True(await eve.Page.EvaluateAsync<bool>("() => window.taken === undefined"));
        Assert.Contains(eve.Errors, error => error.StartsWith("Content-Security-Policy: style-src-attr stopped inline", StringComparison.Ordinal));
        Assert.Contains(eve.Errors, error => error.StartsWith("Content-Security-Policy: style-src-elem stopped inline", StringComparison.Ordinal));
        Assert.Contains(eve.Errors, error => error.StartsWith("Content-Security-Policy: script-src-attr stopped inline", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_drawing_of_a_program_keeps_its_own_styles()
    {
        var (ann, _) = await OpenAsync("policy-ida");
        var colour = await ann.Page.EvaluateAsync<int[]>("""
            async () => {
              const svg = '<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"><rect width="9" height="9" style="fill: rgb(255, 0, 9)"/></svg>';
              const image = new Image();
              image.src = URL.createObjectURL(new Blob([svg], { type: 'image/svg+xml' }));
              document.body.append(image);
              await image.decode();
              const canvas = new OffscreenCanvas(9, 9).getContext('2d');
              canvas.drawImage(image, 0, 0);
              return [...canvas.getImageData(4, 4, 1, 1).data];
            }
            """);
        Assert.Equal([255, 0, 9, 255], colour);
        AssertUndisturbed(ann, "drawing");
    }

    [Fact]
    public async Task The_reference_page_works_under_a_policy_nearly_as_strict()
    {
        var ann = await browser.OpenAsync(server.Url);
        var opened = await ann.Page.GotoAsync("/docs/");
        // Its viewer is not ours: attributes may style, and nothing else may be inline.
        AssertStrict(opened!.Headers["content-security-policy"].Replace("; style-src-attr 'unsafe-inline'", "", StringComparison.Ordinal));
        await Expect(ann.Page.GetByText("Edit code together and run it.").First).ToBeVisibleAsync();
        Assert.True(await ann.Page.EvaluateAsync<bool>("() => document.getElementById('scalar-style').sheet.cssRules.length > 100"));
        await ann.ScreenshotAsync("docs-desktop-light");
        await ann.Page.GotoAsync("/docs/#tag/executions");
        await ann.Page.GetByRole(AriaRole.Button, new() { NameRegex = new("Test Request") }).First.ClickAsync();
        await Expect(ann.Dialog.First).ToBeVisibleAsync();
        await ann.ScreenshotAsync("docs-request-desktop-light");
        AssertUndisturbed(ann, "the reference");
    }

    private static void AssertUndisturbed(Person person, string when) =>
        Assert.True(person.Errors.IsEmpty, $"While {when}, the browser complained:\n{string.Join('\n', person.Errors)}");

    private static void AssertStrict(string policy)
    {
        Assert.DoesNotContain("unsafe", policy, StringComparison.Ordinal);
        Assert.DoesNotContain("data:", policy, StringComparison.Ordinal);
        Assert.DoesNotContain("*", policy, StringComparison.Ordinal);
        Assert.Contains("default-src 'none'", policy, StringComparison.Ordinal);
    }

    private static async Task EditAsync(Person ann, Person bob)
    {
        await bob.Editor.ClickAsync();
        await bob.Page.Keyboard.PressAsync("Control+a");
        await Expect(ann.Page.Locator(".cm-ySelection").First).ToBeAttachedAsync();
        var label = ann.Page.Locator(".cm-ySelectionInfo");
        await Expect(label).ToHaveTextAsync("policy-bob");
        await Expect(label).Not.ToHaveCSSAsync("background-color", "rgba(0, 0, 0, 0)");
        // Completion, brackets, folding, finding.
        await ann.Editor.ClickAsync();
        await ann.Page.Keyboard.PressAsync("Control+End");
        await ann.Page.Keyboard.TypeAsync("pri");
        await Expect(ann.Page.Locator(".cm-tooltip-autocomplete")).ToBeVisibleAsync();
        await ann.Page.Keyboard.PressAsync("Escape");
        await ann.Page.Keyboard.PressAsync("Control+f");
        await ann.Page.Locator(".cm-search input[name=search]").PressSequentiallyAsync("colour");
        await Expect(ann.Page.Locator(".cm-searchMatch").First).ToBeVisibleAsync();
        await ann.Page.Keyboard.PressAsync("Escape");
        await ann.Editor.ClickAsync();
        await ann.Page.Keyboard.PressAsync("Control+a");
        await ann.Page.Keyboard.InsertTextAsync(Colours);
        await ann.UntilSavedAsync();
    }

    private static async Task OpenDialogsAsync(Person ann)
    {
        foreach (var open in new Func<Task>[]
        {
            () => ann.Button("Share").ClickAsync(),
            () => ann.Button("New file").ClickAsync(),
            () => FromMenuAsync(ann, "Session menu", "Settings…"),
            () => FromMenuAsync(ann, "Session menu", "Snapshots…"),
            () => FromMenuAsync(ann, "Session menu", "Delete…"),
        })
        {
            await open();
            await Expect(ann.Dialog).ToBeVisibleAsync();
            await ann.Page.Keyboard.PressAsync("Escape");
            await Expect(ann.Dialog).ToHaveCountAsync(0);
        }

        await ann.Button("Account: policy-ann").ClickAsync();
        await Expect(ann.Page.GetByText("Sign out")).ToBeVisibleAsync();
        await ann.Page.Keyboard.PressAsync("Escape");
        await ann.Page.GetByLabel("Language").SelectOptionAsync("go");
        await Expect(ann.Page.GetByText("There is no Go file yet")).ToBeVisibleAsync();
        await ann.Page.GetByLabel("Language").SelectOptionAsync("python");
        foreach (var tab in new[] { "Input", "Tests", "History", "Output" })
        {
            await ann.Page.GetByRole(AriaRole.Tab, new() { Name = tab }).ClickAsync();
        }
    }

    private static async Task RunAsync(Person ann)
    {
        await FromMenuAsync(ann, "How to run", "Terminal", AriaRole.Menuitemradio);
        await ann.Button("Run").ClickAsync();
        await Expect(ann.Terminal).ToContainTextAsync("name?");
        await Expect(ann.Terminal.GetByText("true colour")).ToHaveCSSAsync("color", new System.Text.RegularExpressions.Regex("^rgb\\("));
        var colour = await ann.Terminal.GetByText("true colour").EvaluateAsync<string>("e => getComputedStyle(e).color");
        var plain = await ann.Terminal.GetByText("name?").EvaluateAsync<string>("e => getComputedStyle(e).color");
        Assert.NotEqual(plain, colour);
        await ann.Page.Keyboard.TypeAsync("Ann\n");
        await Expect(ann.Page.GetByAltText("dot.svg, written by the program")).ToBeVisibleAsync();
    }

    private static async Task FromMenuAsync(Person person, string menu, string item, AriaRole role = AriaRole.Menuitem)
    {
        await person.Button(menu).ClickAsync();
        await person.Page.GetByRole(role, new() { NameRegex = new($"^{item}") }).ClickAsync();
    }

    private async Task<(Person Person, string SessionId)> OpenAsync(string username)
    {
        var person = await browser.OpenAsync(server.Url);
        await person.RegisterAsync(username);
        var made = await person.SendAsync("POST", "/api/sessions/create", new
        {
            title = "Policy",
            language = "python",
            files = new[] { new { path = "main.py", content = Colours } },
        });
        var id = made.GetProperty("session").GetProperty("id").GetString()!;
        await person.Page.GotoAsync($"/s/{id}");
        await Expect(person.Editor).ToContainTextAsync("true colour");
        return (person, id);
    }
}
