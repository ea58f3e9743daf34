using Deque.AxeCore.Commons;
using Deque.AxeCore.Playwright;
using Microsoft.Playwright;

namespace CodeCrafter.Server.Tests.Browser;

/// <summary>Looks at a page as axe does, in the sizes and schemes that people use.</summary>
internal static class Accessibility
{
    // What passes is not asked for: it takes most of the time.
    private static readonly AxeRunOptions _violationsOnly = new() { ResultTypes = new HashSet<ResultType> { ResultType.Violations } };

    private static readonly bool _wantsAllLooks = Environment.GetEnvironmentVariable("CODECRAFTER_TEST_LOOKS") == "all";

    private static readonly Screen _desktop = new("desktop", 1280, 800);
    private static readonly Screen _half = new("half", 900, 700);
    private static readonly Screen _phone = new("phone", 390, 844);

    private sealed record Screen(string Name, int Width, int Height);

    /// <summary>
    /// Fails where axe finds something serious or critical, and leaves a picture then. Looks at the two looks that differ most,
    /// or <paramref name="briefly"/> at one; at all four, with pictures, where somebody wants to see them.
    /// </summary>
    public static Task MustBeAccessibleAsync(this Person person, string name, bool briefly = false) => MustBeAccessibleAsync(
        person,
        name,
        _wantsAllLooks ? [(_desktop, false), (_desktop, true), (_phone, false), (_phone, true)]
        : briefly ? [(_desktop, false)]
        : [(_desktop, false), (_phone, true)]);

    /// <summary>The same in half a window, light and dark.</summary>
    public static Task MustBeAccessibleInHalfAWindowAsync(this Person person, string name) =>
        MustBeAccessibleAsync(person, name, [(_half, false), (_half, true)]);

    private static async Task MustBeAccessibleAsync(Person person, string name, (Screen Screen, bool Dark)[] looks)
    {
        var page = person.Page;
        var size = page.ViewportSize!;
        foreach (var (screen, dark) in looks)
        {
            await page.SetViewportSizeAsync(screen.Width, screen.Height);
            await page.EmulateMediaAsync(new() { ColorScheme = dark ? ColorScheme.Dark : ColorScheme.Light, ReducedMotion = ReducedMotion.Reduce });
            var look = $"{name}-{screen.Name}-{(dark ? "dark" : "light")}";
            await SettledAsync(page);
            var found = (await page.RunAxe(_violationsOnly)).Violations.Where(violation => violation.Impact is "serious" or "critical").ToList();
            if (_wantsAllLooks || found.Count > 0)
            {
                await person.ScreenshotAsync(look);
            }

            Assert.True(found.Count == 0, $"{look}: {string.Join('\n', found.Select(Describe))}");
        }

        await page.EmulateMediaAsync(new() { ColorScheme = ColorScheme.Light, ReducedMotion = ReducedMotion.Null });
        await page.SetViewportSizeAsync(size.Width, size.Height);
    }

    /// <summary>The scheme has changed and what moves in has arrived: half of a transition has colours that nobody reads.</summary>
    private static Task SettledAsync(IPage page) => page.EvaluateAsync("""
        async () => {
            const frame = () => new Promise(done => requestAnimationFrame(done));
            const chosen = localStorage.getItem('mantine-color-scheme-value');
            const wanted = chosen === 'light' || chosen === 'dark' ? chosen : matchMedia('(prefers-color-scheme: dark)').matches ? 'dark' : 'light';
            for (let frames = 0; frames < 300 && document.documentElement.dataset.mantineColorScheme !== wanted; frames++) await frame();
            await frame();
            await frame();
            await Promise.allSettled(document.getAnimations().filter(a => a.effect.getTiming().iterations !== Infinity).map(a => a.finished));
        }
        """);

    private static string Describe(AxeResultItem violation) =>
        $"{violation.Id} ({violation.Impact}): {violation.Help}\n{string.Join('\n', violation.Nodes.Select(node => $"  {node.Html}\n    {string.Join(' ', node.Any.Concat(node.All).Concat(node.None).Select(check => check.Message))}"))}";
}
