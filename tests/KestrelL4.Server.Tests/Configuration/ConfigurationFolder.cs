using KestrelL4.Server.Configuration;
using KestrelL4.Server.Configuration.Loading;

namespace KestrelL4.Server.Tests.Configuration;

/// <summary>A temporary working directory with a valid <c>base.json</c> to vary.</summary>
internal sealed class ConfigurationFolder : IDisposable
{
    public const string Base = """
        { "KestrelL4": {
          "Identity": { "Certificate": "pki/server.crt", "Key": "pki/server.key" },
          "ClientAuthorities": { "main": { "Certificate": "pki/ca.crt" } },
          "Applications": { "echo": { "Listen": "127.0.0.1:9443", "Upstreams": { "one": { "Address": "127.0.0.1:9001" } } } },
          "Clients": { "alice": { "SerialNumbers": ["5F:3A:01"], "Applications": ["echo"] } }
        } }
        """;

    public ConfigurationFolder() => Write("base.json", Base);

    public string Directory { get; } = System.IO.Directory.CreateTempSubdirectory("kestrell4-configuration-").FullName;

    public Dictionary<string, string> Environment { get; } = [];

    public string? SecretsDirectory { get; set; }

    public string Write(string name, string content)
    {
        string path = System.IO.Path.Combine(Directory, name);
        System.IO.Directory.CreateDirectory(System.IO.Path.GetDirectoryName(path)!);
        File.WriteAllText(path, content);
        return name;
    }

    public string PathOf(string name) => System.IO.Path.Combine(Directory, name);

    /// <summary>Reads the files given.</summary>
    public ConfigurationReading ReadFiles(params string[] files) => Read(files, []);

    /// <summary>Reads <c>base.json</c> with settings over it; each is a key below <c>KestrelL4</c>.</summary>
    public ConfigurationReading ReadWith(params string[] settings) =>
        Read(["base.json"], [.. settings.Select(setting => "KestrelL4:" + setting)]);

    /// <summary>Reads <c>base.json</c> with another file over it, whose content is that of the section <c>KestrelL4</c>.</summary>
    public ConfigurationReading ReadOver(string section) =>
        ReadFiles("base.json", Write("over.json", $"{{ \"KestrelL4\": {section} }}"));

    public ConfigurationReading Read(string[] files, string[] settings) =>
        ConfigurationReader.Read(new ConfigurationSources(files, SecretsDirectory, settings), new Surroundings(Directory, Environment));

    public void Dispose() => System.IO.Directory.Delete(Directory, recursive: true);
}
