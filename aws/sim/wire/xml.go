package wire

import (
	"bytes"
	"encoding/base64"
	"encoding/xml"
	"reflect"
	"strconv"
	"time"
)

// EncodeXML writes a query answer: <OpResponse><OpResult>…</OpResult>
// <ResponseMetadata><RequestId>…. Lists have <member> elements, maps <entry>.
func EncodeXML(op, xmlns, requestID string, v any) []byte {
	var b bytes.Buffer
	b.WriteString("<" + op + `Response xmlns="` + xmlns + `">` + "\n")
	b.WriteString("<" + op + "Result>")
	if v != nil {
		appendXMLBody(&b, reflect.ValueOf(v))
	}
	b.WriteString("</" + op + "Result>\n<ResponseMetadata><RequestId>")
	escapeXML(&b, requestID)
	b.WriteString("</RequestId></ResponseMetadata>\n</" + op + "Response>\n")
	return b.Bytes()
}

// ErrorXML writes a query error.
func ErrorXML(xmlns, kind, code, message, requestID string) []byte {
	var b bytes.Buffer
	b.WriteString(`<ErrorResponse xmlns="` + xmlns + `">` + "\n<Error><Type>" + kind + "</Type><Code>")
	escapeXML(&b, code)
	b.WriteString("</Code><Message>")
	escapeXML(&b, message)
	b.WriteString("</Message></Error>\n<RequestId>")
	escapeXML(&b, requestID)
	b.WriteString("</RequestId>\n</ErrorResponse>\n")
	return b.Bytes()
}

func escapeXML(b *bytes.Buffer, s string) {
	// A bytes.Buffer takes every write.
	_ = xml.EscapeText(b, []byte(s))
}

// appendXMLBody writes what stands between an element's tags.
func appendXMLBody(b *bytes.Buffer, v reflect.Value) {
	if !v.IsValid() {
		return
	}
	switch v.Type() {
	case timeType:
		b.WriteString(v.Interface().(time.Time).UTC().Format("2006-01-02T15:04:05.999Z"))
		return
	case bytesType:
		b.WriteString(base64.StdEncoding.EncodeToString(v.Bytes()))
		return
	}
	switch v.Kind() {
	case reflect.Pointer, reflect.Interface:
		if !v.IsNil() {
			appendXMLBody(b, v.Elem())
		}
	case reflect.Struct:
		for _, f := range planOf(v.Type()) {
			if m := v.FieldByIndex(f.index); !absent(m, f.omit) {
				element(b, f.name, m)
			}
		}
	case reflect.Map:
		for _, k := range sortedKeys(v) {
			element(b, k.String(), v.MapIndex(k))
		}
	case reflect.Slice, reflect.Array:
		for i := range v.Len() {
			element(b, "member", v.Index(i))
		}
	case reflect.String:
		escapeXML(b, v.String())
	case reflect.Bool:
		b.WriteString(strconv.FormatBool(v.Bool()))
	case reflect.Int, reflect.Int32, reflect.Int64:
		b.WriteString(strconv.FormatInt(v.Int(), 10))
	case reflect.Float32, reflect.Float64:
		b.WriteString(strconv.FormatFloat(v.Float(), 'g', -1, 64))
	}
}

func element(b *bytes.Buffer, name string, v reflect.Value) {
	b.WriteString("<" + name + ">")
	appendXMLBody(b, v)
	b.WriteString("</" + name + ">")
}
