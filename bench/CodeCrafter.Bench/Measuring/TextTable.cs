using System.Globalization;

namespace CodeCrafter.Bench.Measuring;

/// <summary>Prints rows as a Markdown table with aligned columns, numbers to the right.</summary>
internal static class TextTable
{
    public static void Print(TextWriter writer, IReadOnlyList<string> header, IEnumerable<IReadOnlyList<string>> rows)
    {
        IReadOnlyList<IReadOnlyList<string>> all = [header, .. rows];
        var widths = header.Select((_, column) => all.Max(row => row[column].Length)).ToList();
        writer.WriteLine(Line(header, widths));
        writer.WriteLine("|" + string.Concat(widths.Select((width, column) => column == 0 ? $"{new string('-', width + 2)}|" : $"{new string('-', width + 1)}:|")));
        foreach (var row in all.Skip(1))
        {
            writer.WriteLine(Line(row, widths));
        }
    }

    /// <summary>Three significant digits are what a benchmark can tell.</summary>
    public static string Number(double value) => value switch
    {
        >= 100 or <= -100 => value.ToString("F0", CultureInfo.InvariantCulture),
        >= 10 or <= -10 => value.ToString("F1", CultureInfo.InvariantCulture),
        _ => value.ToString("F2", CultureInfo.InvariantCulture),
    };

    private static string Line(IReadOnlyList<string> row, List<int> widths) =>
        "| " + string.Join(" | ", row.Select((cell, column) => column == 0 ? cell.PadRight(widths[column]) : cell.PadLeft(widths[column]))) + " |";
}
