using System.Text.Json;
using System.Text.Json.Nodes;
using CodeCrafter.Crdt.Structs;
using CodeCrafter.Crdt.Tests.Undo;
using CodeCrafter.Crdt.Wire;

namespace CodeCrafter.Crdt.Tests.Interop;

/// <summary>
/// What the UndoManager of Yjs does, ours does with the same bytes: the same edits are made here and there, under the
/// same client id, somebody else edits between, and undo and redo come as chance has it.
/// </summary>
public sealed class YjsUndoTests(YjsPeer yjs) : IClassFixture<YjsPeer>
{
    private const int Twin = 0, Other = 1;
    private const ulong Client = 500;

    private static readonly string[][][] s_scopes = [[["text"]], [["map"]], [["array"]], [["text"], ["map"], ["array"], ["xml"]]];

    [Theory]
    [InlineData(false, false)]
    [InlineData(false, true)]
    [InlineData(true, false)]
    [InlineData(true, true)]
    public void The_same_edits_are_undone_with_the_same_bytes(bool isFormatted, bool withOthers) => Seeds.Run(Seeds.Times(40), seed =>
    {
        var random = new Random(seed);
        var session = new Session(yjs, random, isFormatted);
        for (var i = 0; i < 60; i++)
        {
            session.Step(withOthers);
        }

        session.UndoAll();
    });

    /// <summary>
    /// What was restored and cut since, and is restored again with what it is in, is placed behind its first part and
    /// before it too: the deleted original, which stands behind the second part, is traced to the first. Whoever gets
    /// that sees another order than who did it. Should Yjs be mended, this fails, and so should we be.
    /// </summary>
    [Fact]
    public void A_type_with_a_restored_text_that_was_cut_is_restored_as_Yjs_does_which_brings_its_own_replicas_apart()
    {
        yjs.Create(Twin, Client);
        yjs.Create(Other, 1);
        yjs.CreateUndoManager(Twin, [["xml"]], timeout: 0, [null], ignoreRemoteMapChanges: false, keeps: null);
        var (doc, other) = (Content.NewDoc(Client), Content.NewDoc(1));
        var (xml, emitted) = (doc.GetXmlFragment("xml"), new List<byte[]>());
        doc.UpdateEmitted += (update, _) => emitted.Add(update);
        using var manager = new UndoManager(xml, new UndoManagerOptions { CaptureTimeout = TimeSpan.Zero });
        void Same(JsonNode theirs)
        {
            Assert.Equal(YjsPeer.Updates(theirs), emitted);
            yjs.Apply(Other, emitted);
            emitted.ForEach(update => other.ApplyUpdate(update));
            emitted.Clear();
        }

        void Edit(string? origin, string told, Action edit)
        {
            doc.Transact(edit, origin);
            Same(yjs.EditTold(Twin, [JsonNode.Parse(told)], origin));
        }

        void Undo()
        {
            manager.Undo();
            Same(yjs.CallUndoManager(Twin, "undo"));
        }

        YXmlText Text() => (YXmlText)xml.Get(0)!;
        Edit("untracked", """{"kind":"add","path":["xml"],"index":0,"values":[{"$xmlText":"abcd"}]}""", () => xml.Insert(0, new YXmlText("abcd")));
        Edit(null, """{"kind":"delete","path":["xml",0],"index":1,"length":3}""", () => Text().Delete(1, 3));
        Undo();
        Edit("untracked", """{"kind":"insert","path":["xml",0],"index":2,"text":"x"}""", () => Text().Insert(2, "x"));
        Edit("untracked", """{"kind":"delete","path":["xml",0],"index":2,"length":1}""", () => Text().Delete(2, 1));
        Edit(null, """{"kind":"cut","path":["xml"],"index":0,"length":1}""", () => xml.Delete(0));
        Undo();

        Assert.True(Contradictions.In(doc));
        Assert.Equal(("abcd", "abcd"), (yjs.Xml(Twin), xml.ToString()));
        Assert.Equal(("acdb", "acdb"), (yjs.Xml(Other), other.GetXmlFragment("xml").ToString()));
    }

    private sealed class Session
    {
        private readonly YjsPeer _yjs;
        private readonly Random _random;
        private readonly ToldEdits _edits;
        private readonly Doc _doc = Content.NewDoc(Client);
        private readonly UndoManager _manager;
        private readonly List<byte[]> _emitted = [];
        private readonly List<string> _heard = [];
        private readonly List<string> _log = [];
        private bool _isOver;

        public Session(YjsPeer yjs, Random random, bool isFormatted)
        {
            (_yjs, _random, _edits) = (yjs, random, new ToldEdits(random, isFormatted));
            yjs.Create(Twin, Client);
            var other = 100 + (ulong)random.Next(900);
            yjs.Create(Other, other == Client ? 1000 : other);
            var scope = s_scopes[random.Next(s_scopes.Length)];
            var (timeout, ignores) = (random.Next(2) == 0 ? 0 : 1_000_000, random.Next(3) == 0);
            double? kept = random.Next(3) == 0 ? 5 : null;
            yjs.CreateUndoManager(Twin, scope, timeout, [null, "tracked"], ignores, kept);
            _log.Add($"{JsonSerializer.Serialize(scope)} timeout {timeout}, ignores {ignores}, keeps {kept}");
            _manager = new UndoManager([.. scope.Select(path => RootOf(path[0]))], new UndoManagerOptions
            {
                CaptureTimeout = TimeSpan.FromMilliseconds(timeout),
                TrackedOrigins = [null, "tracked"],
                IgnoresRemoteMapChanges = ignores,
                DeleteFilter = kept is null ? null : deletion => !deletion.Values.Contains(kept),
            });
            _manager.StackItemAdded += said => Hear("added", said);
            _manager.StackItemUpdated += said => Hear("updated", said);
            _manager.StackItemPopped += said => Hear("popped", said);
            _manager.StackCleared += said => _heard.Add(FormattableString.Invariant($"cleared {said.UndoStack} {said.RedoStack}").ToLowerInvariant());
            _doc.UpdateEmitted += (update, _) => _emitted.Add(update);
        }

        public void Step(bool withOthers)
        {
            if (_isOver)
            {
                return;
            }

            switch (_random.Next(withOthers ? 12 : 9))
            {
                case 0 or 1:
                    Call("undo", () => _manager.Undo() is not null);
                    break;
                case 2 or 3:
                    Call("redo", () => _manager.Redo() is not null);
                    break;
                case 4:
                    Call("stopCapturing", () =>
                    {
                        _manager.StopCapturing();
                        return false;
                    });
                    break;
                case 5 when _random.Next(6) == 0:
                    Call("clear", () =>
                    {
                        _manager.Clear();
                        return false;
                    });
                    break;
                case > 8:
                    EditElsewhere();
                    break;
                default:
                    Edit();
                    break;
            }
        }

        public void UndoAll()
        {
            while (_manager.CanUndo && !_isOver)
            {
                Call("undo", () => _manager.Undo() is not null);
            }

            while (_manager.CanRedo && !_isOver)
            {
                Call("redo", () => _manager.Redo() is not null);
            }

            if (!_isOver)
            {
                Assert.Equal(_yjs.State(Twin).Vector, _doc.EncodeStateVector());
            }

            var loaded = Content.NewDoc();
            loaded.ApplyUpdate(_doc.EncodeStateAsUpdate());
            var (expected, actual) = (Content.Of(_doc), Content.Of(loaded));
            if (Contradictions.In(_doc))
            {
                // Yjs restores some pieces behind and before the same one: see the test above.
                (expected, actual) = (Contradictions.Unordered(expected), Contradictions.Unordered(actual));
            }

            Assert.Equal(expected, actual);
            InvariantChecks.Check(_doc);
        }

        private YType RootOf(string name) => name switch
        {
            "text" => _doc.GetText(name), "map" => _doc.GetMap(name), "array" => _doc.GetArray(name), _ => _doc.GetXmlFragment(name),
        };

        private void Hear(string what, UndoStackEvent said) => _heard.Add(
            FormattableString.Invariant($"{what} {said.Stack} {ReferenceEquals(said.Origin, _manager)}").ToLowerInvariant());

        private void Call(string name, Func<bool> call)
        {
            _log.Add(name);
            var performed = call();
            JsonNode theirs;
            try
            {
                theirs = _yjs.CallUndoManager(Twin, name);
            }
            catch (InvalidOperationException exception) when (IsLostParent(exception))
            {
                _isOver = true;
                return;
            }

            Compare(theirs, performed);
        }

        // Yjs looks for what a type was restored as even where that has been collected, and fails.
        private static bool IsLostParent(InvalidOperationException exception) =>
            exception.Message.Contains("reading 'client'") && exception.Message.Contains("at getItemCleanStart") && exception.Message.Contains("at redoItem");

        private void Edit()
        {
            string? origin = _random.Next(5) switch { 0 => "untracked", 1 => "tracked", _ => null };
            var steps = new JsonArray();
            _doc.Transact(() =>
            {
                for (var i = _random.Next(3) == 0 ? 3 : 1; i > 0; i--)
                {
                    steps.Add(_edits.Make(_doc));
                }
            }, origin);
            _log.Add($"{origin}: {steps.ToJsonString()}");
            Compare(_yjs.EditTold(Twin, steps, origin), performed: false);
        }

        private void EditElsewhere()
        {
            _yjs.Apply(Other, _yjs.Diff(Twin, _yjs.State(Other).Vector));
            string? origin = _random.Next(5) == 0 ? "tracked" : "remote";
            foreach (var update in _yjs.Edit(Other, _random.Next(), _random.Next(1, 4)))
            {
                if (_isOver)
                {
                    return;
                }

                _log.Add($"{origin} update");
                _doc.ApplyUpdate(update, origin);
                Compare(_yjs.ApplyWithOrigin(Twin, update, origin), performed: false);
            }
        }

        private void Compare(JsonNode theirs, bool performed)
        {
            string Expected(bool isLoose) => Tell(
                isLoose, YjsPeer.Updates(theirs), theirs["performed"]!.GetValue<bool>(), theirs["undo"]!.GetValue<int>(), theirs["redo"]!.GetValue<int>(),
                theirs["heard"]!.AsArray().Select(heard => heard!.GetValue<string>()), Content.Normalize(theirs["content"]!.GetValue<string>()));
            string Actual(bool isLoose) =>
                Tell(isLoose, _emitted, performed, _manager.UndoStack.Count, _manager.RedoStack.Count, _heard, Content.Of(_doc));
            var (expected, actual) = (Expected(isLoose: false), Actual(isLoose: false));
            if (expected != actual)
            {
                (expected, actual) = (Expected(isLoose: true), Actual(isLoose: true));
            }

            _isOver = expected != actual && HasRestoredWhatYjsHasCollected();
            Assert.True(_isOver || expected == actual, $"{string.Join("\n", _log)}\nYjs:\n{expected}\nours:\n{actual}");
            _emitted.Clear();
            _heard.Clear();
        }

        // Yjs forgets with a type what can be restored in it, if a later step was given up that had deleted something in
        // the same type. Restored here to a deleted type nobody sees it, but from then on the units have other names.
        private bool HasRestoredWhatYjsHasCollected()
        {
            var (brought, deleted) = (new DeleteSet(), new DeleteSet());
            foreach (var update in _emitted)
            {
                AddStructs(update, brought, kind => kind != StructInfo.Skip, deleted);
            }

            var collected = new DeleteSet();
            AddStructs(_yjs.State(Twin).Update, collected, kind => kind == StructInfo.Gc, new DeleteSet());
            return UnitsOf(collected)
                .Select(unit => _doc.Store.Undo!.Redone.NextOf(unit))
                .Any(now => !now.IsNone && brought.Contains(now) && deleted.Contains(now));
        }

        private static IEnumerable<Id> UnitsOf(DeleteSet set)
        {
            foreach (var (client, ranges) in set.Clients)
            {
                for (var i = 0; i < ranges.Count; i++)
                {
                    var (start, end) = ranges[i];
                    for (var clock = start; clock < end; clock++)
                    {
                        yield return new Id(client, clock);
                    }
                }
            }
        }

        private static void AddStructs(byte[] update, DeleteSet structs, Func<byte, bool> isWanted, DeleteSet deleted)
        {
            var reader = new UpdateReader(update, isChecked: true);
            while (reader.MoveNext())
            {
                if (isWanted(reader.Kind))
                {
                    structs.Add(reader.Client, reader.Clock, reader.End);
                }
            }

            while (reader.MoveNextDelete())
            {
                deleted.Add(reader.Client, reader.Clock, reader.End);
            }
        }

        // Yjs keeps some of what is deleted that is collected here, and so do others or not: what an update brings and
        // deletes may come as any of the three.
        private static string Tell(byte[] update, bool isLoose)
        {
            if (!isLoose)
            {
                return Convert.ToHexString(update);
            }

            var (told, deleted) = (new List<string>(), new DeleteSet());
            var reader = new UpdateReader(update, isChecked: true);
            while (reader.MoveNext())
            {
            }

            while (reader.MoveNextDelete())
            {
                deleted.Add(reader.Client, reader.Clock, reader.End);
                told.Add(FormattableString.Invariant($"-{reader.Client}:{reader.Clock}-{reader.End}"));
            }

            reader = new UpdateReader(update, isChecked: true);
            while (reader.MoveNext())
            {
                if (reader.Kind is not (StructInfo.Gc or 1) && !deleted.Contains(new Id(reader.Client, reader.Clock)))
                {
                    told.Add(FormattableString.Invariant($"{reader.Client}:{reader.Clock} {reader.Kind} {reader.Length} {reader.Origin} {reader.RightOrigin}"));
                }
            }

            return string.Join(' ', told);
        }

        private static string Tell(bool isLoose, IEnumerable<byte[]> updates, bool performed, int undo, int redo, IEnumerable<string> heard, string content) =>
            $"{string.Join(" ", updates.Select(update => Tell(update, isLoose)))}\n{performed} {undo} {redo}\n{string.Join(", ", heard)}\n{content}";
    }
}
