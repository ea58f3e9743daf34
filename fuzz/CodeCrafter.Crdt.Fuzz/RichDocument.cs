namespace CodeCrafter.Crdt.Fuzz;

/// <summary>
/// A document with everything that there is (formatted text, XML, types in types), all of it observed: what the events
/// tell has to lead from the length of each root before to that after.
/// </summary>
public sealed class RichDocument
{
    private readonly Dictionary<YType, (long Told, Func<long> Now)> _lengths = [];
    private long _seen;

    public RichDocument(ulong clientId = 900, bool collectsGarbage = true)
    {
        Doc = new Doc(new DocOptions { ClientId = clientId, CollectsGarbage = collectsGarbage });
        Fill();
        Watch(Text, () => Text.Length);
        Watch(Array, () => Array.Length);
        Watch(Xml, () => Xml.Length);
        foreach (var root in new YType[] { Text, Map, Array, Xml })
        {
            root.ObserveDeep(changes => _seen += changes.Sum(change => change.Path.Count + change.Keys.Count + change.Delta.Count));
        }
    }

    public Doc Doc { get; }

    private YText Text => Doc.GetText("text");

    private YMap Map => Doc.GetMap("map");

    private YArray Array => Doc.GetArray("array");

    private YXmlFragment Xml => Doc.GetXmlFragment("xml");

    /// <summary>Some updates of another replica that knows this document.</summary>
    public static IReadOnlyList<byte[]> Edits()
    {
        var peer = new RichDocument(clientId: 901);
        var source = new RichDocument();
        peer.Doc.ApplyUpdate(source.Doc.EncodeStateAsUpdate());
        var updates = new List<byte[]>();
        peer.Doc.UpdateEmitted += (update, _) => updates.Add(update);
        peer.Text.Format(0, 6, new Dictionary<string, object?> { ["bold"] = null, ["link"] = new List<object?> { 1 } });
        peer.Text.Delete(2, 4);
        peer.Text.InsertEmbed(1, new YMap());
        peer.Map.GetArray("list")!.Delete(0, 1);
        peer.Map.Set("list", new YText("other"));
        peer.Array.Insert(1, "a", null, new YMap());
        peer.Array.Delete(0, 3);
        peer.Xml.Insert(0, new YXmlElement("img"), new YXmlText("\uD83D\uDE00"));
        ((YXmlElement)peer.Xml.Get(2)!).SetAttribute("class", null);
        peer.Xml.Delete(2, 1);
        updates.Add(peer.Doc.EncodeStateAsUpdate(source.Doc.EncodeStateVector()));
        return updates;
    }

    /// <summary>Reads all that can be read.</summary>
    /// <exception cref="InvalidOperationException">The events did not tell how long a root is.</exception>
    public void Read()
    {
        foreach (var (type, (told, now)) in _lengths)
        {
            if (told != now())
            {
                throw new InvalidOperationException($"Not as expected: the events of {type.GetType().Name} lead to {told} and not {now()}.");
            }
        }

        Text.ToDelta();
        _ = Text.ToString();
        Array.ToList();
        Map.ToDictionary();
        _ = Xml.ToString();
    }

    private void Watch(YType root, Func<long> length)
    {
        _lengths.Add(root, (length(), length));
        root.Observe(change =>
        {
            var told = _lengths[root].Told;
            foreach (var step in change.Delta)
            {
                told += step.Action switch { DeltaAction.Insert => step.Length, DeltaAction.Delete => -step.Length, _ => 0 };
            }

            _lengths[root] = (told, length);
        });
    }

    private void Fill()
    {
        Text.Insert(0, "some text");
        Text.Format(0, 4, new Dictionary<string, object?> { ["bold"] = true });
        Text.Format(2, 5, new Dictionary<string, object?> { ["link"] = "x" });
        Text.InsertEmbed(3, new Dictionary<string, object?> { ["image"] = "a.png" });
        Map.Set("list", new YArray());
        Map.GetArray("list")!.Add(1, new YText("inner"));
        Map.Set("key", "value");
        Array.Add(1, "two", new YMap(), true);
        ((YMap)Array.Get(2)!).Set("deep", new YArray());
        var element = new YXmlElement("p");
        element.SetAttribute("class", "first");
        element.Add(new YXmlText("words"), new YXmlElement("br"));
        Xml.Add(element, new YXmlText("more"));
        ((YXmlText)element.Get(0)!).Format(0, 2, new Dictionary<string, object?> { ["b"] = true });
    }
}
