/**
 * A self-signed certificate for 127.0.0.1 and localhost with its key, for tests of TLS only: it protects nothing.
 * Made with `openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 36500`.
 */
export const testCertificate = `-----BEGIN CERTIFICATE-----
MIIBrjCCAVWgAwIBAgIUGfUGcegyzzaCmmbXMcGTiErobHwwCgYIKoZIzj0EAwIw
HjEcMBoGA1UEAwwTUmFpbFNjb3BlIHRlc3Qgb25seTAgFw0yNjExMjUwNDE2Mjla
GA8yMTI2MTEwMTA0MTYyOVowHjEcMBoGA1UEAwwTUmFpbFNjb3BlIHRlc3Qgb25s
eTBZMBMGByqGSM49AgEGCCqGSM49AwEHA0IABFg+HsAom0Fkxer7LMy66GKQ0fiK
6U0IYWFPK4m+xF1xCdusJbFQHLYdbILFxnlphiiXkuhJ7kkVoVQVEDaN4/OjbzBt
MB0GA1UdDgQWBBQzwYMNiHFb7KgSVZJw4yOFqrukMzAfBgNVHSMEGDAWgBQzwYMN
iHFb7KgSVZJw4yOFqrukMzAPBgNVHRMBAf8EBTADAQH/MBoGA1UdEQQTMBGHBH8A
AAGCCWxvY2FsaG9zdDAKBggqhkjOPQQDAgNHADBEAiBcsbakzfY73TWlpqEYY1WR
kUvOXZACYEZQwLcuxOWisgIgVCSzuUf4fLdr0GFNfZ53A5FW7csLB1OmspU/Y+4u
a+U=
-----END CERTIFICATE-----
`;

export const testKey = `-----BEGIN PRIVATE KEY-----
MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQgApeqfYywoqEvjQpn
ga0DpgXzJJid3MrZF38//QK/CdKhRANCAARYPh7AKJtBZMXq+yzMuuhikNH4iulN
CGFhTyuJvsRdcQnbrCWxUBy2HWyCxcZ5aYYol5LoSe5JFaFUFRA2jePz
-----END PRIVATE KEY-----
`;
