using CodeCrafter.Sandbox;

namespace CodeCrafter.Server.Execution;

/// <summary>Prints findings in columns while they come, and at the end what to do.</summary>
internal sealed class DoctorReport(TextWriter output)
{
    private const int NameWidth = 16;

    private readonly List<Finding> _bad = [];

    private bool _begun;

    public void Begin(string title)
    {
        if (_begun)
        {
            output.WriteLine();
        }
        _begun = true;
        output.WriteLine(title);
    }

    public void Add(Finding finding)
    {
        output.WriteLine($"  {Mark(finding.Works)}{finding.Name.PadRight(NameWidth)} {finding.Detail}");
        output.Flush();
        if (finding.Works == false)
        {
            _bad.Add(finding);
        }
    }

    /// <returns>The exit code.</returns>
    public int End()
    {
        output.WriteLine();
        if (_bad.Count == 0)
        {
            output.WriteLine("Everything works.");
            return 0;
        }
        output.WriteLine($"Needs attention: {string.Join(", ", _bad.Select(finding => finding.Name))}.");
        var packages = _bad.SelectMany(finding => finding.Packages).Distinct().Order(StringComparer.Ordinal).ToList();
        if (packages.Count > 0)
        {
            output.WriteLine($"Install what is missing: {(Environment.IsPrivilegedProcess ? "" : "sudo ")}apt-get install --no-install-recommends {string.Join(' ', packages)}");
        }
        return 1;
    }

    private static string Mark(bool? works) => works switch
    {
        true => "ok    ",
        false => "WRONG ",
        null => "?     ",
    };
}
