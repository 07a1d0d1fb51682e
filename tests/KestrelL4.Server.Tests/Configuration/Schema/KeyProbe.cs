using System.Globalization;
using System.Text.RegularExpressions;
using KestrelL4.Server.Configuration;
using KestrelL4.Server.Configuration.Values;

namespace KestrelL4.Server.Tests.Configuration.Schema;

/// <summary>Learns from the reader's own errors which keys it knows and what it takes at each: the operator is told by the same words.</summary>
internal sealed partial class KeyProbe(ConfigurationFolder folder)
{
    private const string Nonsense = "?";

    // As many as leave room for other errors among those that are told in full.
    private const int Batch = 40;

    private static readonly NameRule[] Rules = [NameRule.Label, NameRule.ClientAuthority, NameRule.Client];

    /// <summary>What the reader takes in the section <c>KestrelL4</c>.</summary>
    public KeyKind.Section Root() => SectionAt("");

    private KeyKind.Section SectionAt(string path) => new(
        KnownAt(path).ToDictionary(static key => key, key => KindAt(path + key)).Where(static key => key.Value is not KeyKind.Refused).ToDictionary());

    private IEnumerable<string> KnownAt(string path) => KeyNames.All.Chunk(Batch).SelectMany(names =>
    {
        IReadOnlyList<ConfigurationError> errors = Read([.. names.Select(name => $"{path}{name}={Nonsense}")]);
        return names.Where(name => !At(errors, path + name).Any(static error => error.Problem == "unknown key"));
    });

    private KeyKind KindAt(string path)
    {
        ConfigurationError? error = At(Read($"{path}={Nonsense}"), path).FirstOrDefault();
        string problem = error?.Problem ?? "";
        string allowed = error?.Allowed ?? "";
        KeyKind kind = allowed == "write a section with keys" ? Below(path)
            : problem.Contains("not supported by this version", StringComparison.Ordinal) ? new KeyKind.Refused()
            : allowed == "write true or false" ? new KeyKind.Switch()
            : WholeNumber().Match(allowed) is { Success: true } range ? new KeyKind.Whole(Number(range.Groups[1]), Number(range.Groups[2]))
            : problem.Contains("whole number of bytes above 0", StringComparison.Ordinal) ? new KeyKind.Whole(1, int.MaxValue)
            : allowed.StartsWith("write a number from 0 to 1", StringComparison.Ordinal) ? new KeyKind.Share()
            : Words().Match(allowed) is { Success: true } words ? new KeyKind.Choice([.. words.Groups["word"].Captures.Select(static word => word.Value)])
            : problem.Contains("is no duration", StringComparison.Ordinal) ? new KeyKind.Span(!IsRefused(path, "never"))
            : new KeyKind.Text();

        // Where it is of no use the reader says so only to what it could read.
        return kind switch
        {
            KeyKind.Span when IsImpossible(path, "1s") => new KeyKind.Refused(),
            KeyKind.Whole when IsImpossible(path, "1") => new KeyKind.Refused(),
            _ => kind,
        };
    }

    private KeyKind Below(string path)
    {
        const string Stranger = "zzzz9";
        ConfigurationError[] errors = [.. At(Read($"{path}:{Stranger}={Nonsense}"), $"{path}:{Stranger}")];
        if (errors.Any(static error => error.Problem == "unknown key"))
        {
            return SectionAt(path + ":");
        }

        if (errors.Any(static error => error.Problem == "is no element of a list"))
        {
            return new KeyKind.List();
        }

        // An entry that is there in the base, or else a name that the base knows as an application's.
        string entry = path switch { "ClientAuthorities" => "main", "Clients" => "alice", _ when path.EndsWith(":Upstreams", StringComparison.Ordinal) => "one", _ => "echo" };
        string bad = $"{path}:{Nonsense}{Nonsense}";
        NameRule? rule = Rules.FirstOrDefault(rule => At(Read($"{bad}:Key={Nonsense}"), bad).Any(error => error.Allowed == rule.Allowed));
        return new KeyKind.Entries((rule ?? NameRule.Label).Form.ToString(), SectionAt($"{path}:{entry}:"));
    }

    private bool IsRefused(string path, string value) => At(Read($"{path}={value}"), path).Any(static error => error.Problem.Contains("is no duration", StringComparison.Ordinal));

    private bool IsImpossible(string path, string value) => At(Read($"{path}={value}"), path).Any(static error => error.Problem.StartsWith("is not possible", StringComparison.Ordinal));

    private IReadOnlyList<ConfigurationError> Read(params string[] settings) => folder.ReadWith(settings).Errors;

    private static IEnumerable<ConfigurationError> At(IEnumerable<ConfigurationError> errors, string path) =>
        errors.Where(error => string.Equals(error.KeyPath, $"KestrelL4:{path}", StringComparison.OrdinalIgnoreCase));

    private static int Number(Group digits) => int.Parse(digits.ValueSpan, CultureInfo.InvariantCulture);

    [GeneratedRegex(@"\Awrite a whole number from (\d+) to (\d+)\z")]
    private static partial Regex WholeNumber();

    [GeneratedRegex(@"\Awrite ((?<word>[A-Z]\w*)(, | or |\z))+\z")]
    private static partial Regex Words();
}
